import type { RecipientAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { openAuthority } from '../authority/authority.ts'
import type { Digest } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { FrozenRevisionRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { Document } from '../envelope/envelope.ts'
import { FieldRefusal, pagesOf } from '../envelope/fields.ts'
import { baseOf, headRevision } from '../envelope/revisions.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { nameOf } from '../envelope/telling.ts'
import { type Frozen, freeze, reserveSerial } from '../seal/signing.ts'
import { type Ceremony, type CeremonyTools, identified } from './ceremony.ts'
import { fieldsToFill, forgetHidden, missingOf } from './filling.ts'
import { refuseLostStamp } from './marks.ts'
import { signerActs } from './signer-act.ts'

/** A signature claims the time at which its pages were made (/M): its time stamp may be later by no more than this. */
export const PREVIEW_LIFE = 15 * MINUTE

export interface Preview {
  /** Named in the confirmation: the digests of all documents, in order. */
  readonly confirmed: string
  readonly documents: readonly { readonly document: Document; readonly digest: Digest; readonly pages: number }[]
}

/**
 * Makes and stores every byte of the recipient's revisions but the signatures, of all documents. What they are shown next is drawn from
 * these, and these very bytes are signed. Made outside any transaction; a crash leaves orphans.
 */
export async function makePreview(tools: CeremonyTools, act: RecipientAct, ceremony: Ceremony): Promise<void> {
  const { db, config, keys, clock } = tools
  if (!ceremony.session?.verifiedAt) throw new Refusal('forbidden', 'ceremony.not-identified')
  const missing = missingOf(await fieldsToFill(db, ceremony, act.at))
  if (missing.some(({ fault }) => fault)) throw new FieldRefusal('ceremony.no-result', missing.find(({ fault }) => fault)!.id)
  if (missing.length) throw new Refusal('invalid', 'ceremony.incomplete', { count: missing.length })
  await refuseLostStamp(db, ceremony)
  const notAsked = await forgetHidden(db, ceremony, act.at)
  if (keys.isLocked()) throw new Refusal('unavailable', 'authority.locked')
  const authority = await openAuthority({ db, keys, clock })
  const made: { document: Document; frozen: Frozen }[] = []
  for (const { document, act: signerAct, serial } of await signerActs(tools, act, ceremony, reserveSerial)) {
    const head = await headRevision(db, document.id)
    if (!head) throw new Refusal('conflict', 'signature.document-moved-on')
    made.push({ document, frozen: await freeze({ db, config, authority }, act.at, baseOf(head), signerAct, serial) })
  }
  await db.transaction().execute(async (tx) => {
    const { recipient, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    await identified(tx, act.at, ceremony)
    await tx.deleteFrom('frozenRevision').where('recipientId', '=', recipient.id).execute()
    for (const { document, frozen } of made)
      await tx
        .insertInto('frozenRevision')
        .values({
          id: newId('frz'),
          recipientId: recipient.id,
          documentId: document.id,
          after: frozen.after,
          digest: frozen.digest,
          state: frozen.state,
          serial: frozen.serial,
          previewDigest: frozen.preview,
          createdAt: act.at,
        })
        .execute()
    await append(tx, act, {
      type: 'ceremony.previewed',
      envelopeId: envelope.id,
      detail: { recipient: recipient.id, digests: made.map(({ frozen }) => frozen.digest).join(' '), notAsked },
      clear: { name: nameOf(recipient) },
    })
  })
}

/** What the recipient may confirm now; null where there is none, where it is old, or where somebody else has signed meanwhile. */
export async function findPreview(
  db: Db,
  { recipient, documents }: Pick<Ceremony, 'recipient' | 'documents'>,
  at: Instant,
): Promise<(Preview & { readonly frozen: ReadonlyMap<string, FrozenRevisionRow> }) | null> {
  const rows = await db.selectFrom('frozenRevision').selectAll().where('recipientId', '=', recipient.id).execute()
  const frozen = new Map(rows.map((row) => [row.documentId, row]))
  const shown: Preview['documents'][number][] = []
  for (const document of documents) {
    const row = frozen.get(document.id)
    const head = await headRevision(db, document.id)
    if (!row || !head || row.after !== head.number || later(row.createdAt, PREVIEW_LIFE) <= at) return null
    shown.push({ document, digest: row.previewDigest, pages: pagesOf(document).length })
  }
  return { confirmed: documents.map(({ id }) => frozen.get(id)!.digest).join('.'), documents: shown, frozen }
}
