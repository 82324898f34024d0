import { mayDelegate } from '../../ceremony/delegating.ts'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import type { Digest } from '../../base/digest.ts'
import { titleFor } from '../../envelope/certificate-document.ts'
import { type Document } from '../../envelope/envelope.ts'
import { pagesOf } from '../../envelope/fields.ts'
import { nameOf } from '../../envelope/telling.ts'
import type { Language } from '../../view/words.ts'
import type { Ctx } from '../env.ts'

export type AskedRole = 'signer' | 'approver' | 'witness'

/** What every page of a ceremony shows around its own matter. */
export interface Frame {
  /** Of the invitation: what stands behind `/s/`. */
  readonly id: string
  /** The page that a choice of language comes back to. */
  readonly here: string
  readonly brand: { readonly name: string; readonly logoUrl: string | null }
  readonly sender: string
  readonly name: string
  readonly role: AskedRole
  readonly title: string
  readonly isOpen: boolean
  readonly mayDelegate: boolean
  /** On a device that somebody of the house has lent. */
  readonly inPerson: boolean
  readonly documents: readonly { readonly id: string; readonly title: string }[]
}

export const frameOf = (c: Ctx, ceremony: Ceremony, page = ''): Frame => {
  const { invitation, company, sender, recipient, envelope, documents, step } = ceremony
  return {
    id: invitation.id,
    here: `/s/${invitation.id}${page}`,
    brand: { name: company.name, logoUrl: company.logoDigest ? `/logo/${company.logoDigest}` : null },
    sender: sender.name,
    name: nameOf(recipient),
    role: recipient.role === 'copy' ? 'witness' : recipient.role,
    title: envelope.title,
    isOpen: step !== 'signed' && step !== 'declined' && c.req.path !== `/s/${invitation.id}/refusal`,
    mayDelegate: mayDelegate(ceremony),
    inPerson: invitation.inPerson === 1,
    documents: documents.map((document) => ({ id: document.id, title: titleFor(document, documents, c.var.lang) })),
  }
}

/** A document whose pages are shown as pictures. */
export interface ShownDocument {
  readonly id: string
  readonly title: string
  readonly digest: Digest
  /** Points, as seen. */
  readonly pages: readonly { readonly width: number; readonly height: number }[]
}

/** `documents` are those of the envelope. */
export const shownDocument = (document: Document, digest: Digest, documents: readonly Document[], language: Language): ShownDocument => ({
  id: document.id,
  title: titleFor(document, documents, language),
  digest,
  pages: pagesOf(document),
})

export const shownDocuments = ({ documents }: Pick<Ceremony, 'documents'>, language: Language): ShownDocument[] =>
  documents.map((document) => shownDocument(document, document.shown, documents, language))
