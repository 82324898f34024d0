import type { Digest } from '../base/digest.ts'
import type { Instant } from '../base/instant.ts'
import { annulmentsOf } from '../envelope/annulment.ts'
import { type Document, type Envelope, findEnvelope, listDocuments, type Recipient } from '../envelope/envelope.ts'
import { pagesOf } from '../envelope/fields.ts'
import { headRevision } from '../envelope/revisions.ts'
import { redeemVaultLink } from '../envelope/vault-link.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import type { CeremonyTools } from './ceremony.ts'

/** What the link in the last message opens: the sealed documents, for as long as it works. */
export interface FinishedDocuments {
  readonly linkId: string
  readonly secret: string
  readonly recipient: Recipient
  readonly envelope: Envelope
  readonly company: { readonly name: string; readonly logoDigest: Digest | null }
  readonly expiresAt: Instant
  /** When it was annulled, where it is. */
  readonly annulledAt: Instant | null
  readonly documents: readonly { readonly document: Document; readonly digest: Digest; readonly size: number; readonly pages: number }[]
}

/** Null for forged, unknown and past links alike. Changes nothing. */
export async function findFinished(
  { db, secretKey }: Pick<CeremonyTools, 'db' | 'secretKey'>,
  at: Instant,
  token: string,
): Promise<FinishedDocuments | null> {
  const link = await redeemVaultLink(db, secretKey, token, at)
  if (!link) return null
  const envelope = await findEnvelope(db, link.envelopeId)
  if (envelope.status !== 'completed') return null
  const last = (await annulmentsOf(db, envelope.id)).at(-1)
  const [recipient, entity, documents] = await Promise.all([
    db.selectFrom('recipient').selectAll().where('id', '=', link.recipientId).executeTakeFirstOrThrow(),
    findLegalEntity(db, envelope.legalEntityId),
    listDocuments(db, envelope.id),
  ])
  const sealed = await Promise.all(
    documents.map(async (document) => {
      const head = await headRevision(db, document.id)
      return head ? [{ document, digest: head.objectDigest, size: head.size, pages: pagesOf(document).length }] : []
    }),
  )
  return {
    linkId: link.id,
    secret: token.slice(token.indexOf('.') + 1),
    recipient,
    envelope,
    company: { name: entity.legalName, logoDigest: entity.logoDigest },
    expiresAt: link.expiresAt,
    annulledAt: last?.kind === 'annulled' ? last.at : null,
    documents: sealed.flat(),
  }
}
