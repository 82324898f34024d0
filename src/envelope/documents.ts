import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newDocumentId } from '../base/document-id.ts'
import { sizeOf } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import type { OfficePlace } from '../sandbox/office.ts'
import { readSetting } from '../setting/setting.ts'
import { putObject, type StoredObject } from '../store/object.ts'
import { receivedIn } from './received.ts'
import { changingDraft, findDraft } from './drafting.ts'
import { type Document, type Envelope, listDocuments } from './envelope.ts'
import { type Findings, named, type ReadDocument, readSheaf, sheaves, type UploadedFile } from './reading.ts'

export const MOST_DOCUMENTS = 20

interface Tools {
  readonly db: Db
  readonly config: OfficePlace
}

/**
 * Reads the files in the child, stores them, then adds them to the draft in one transaction. Refused by name and reason, and then nothing of
 * any of them is kept: what was stored names nothing and is swept.
 */
export async function addDocuments(
  { db, config }: Tools,
  act: UserAct,
  owner: Reader,
  envelopeId: string,
  upload: { readonly files: readonly UploadedFile[]; readonly password?: string },
): Promise<Document[]> {
  await findDraft(db, owner, envelopeId)
  const standing = (await listDocuments(db, envelopeId)).length
  const stored = await storeDocuments({ db, config }, act, upload, standing)
  return changingDraft(db, act, owner, envelopeId, (tx, draft) => linkDocuments(tx, act, draft, stored))
}

/** What was read and stored, and stands in no draft yet. */
export type StoredDocument = Omit<ReadDocument, 'original' | 'source'> & { readonly original: StoredObject; readonly source: StoredObject }

/** Outside any transaction: what is refused later, or never linked, is swept. */
export async function storeDocuments(
  { db, config }: Tools,
  act: UserAct,
  upload: { readonly files: readonly UploadedFile[]; readonly password?: string },
  standing: number,
): Promise<StoredDocument[]> {
  if (!upload.files.length) throw new Refusal('invalid', 'document.missing')
  const together = await sheaves(upload.files)
  if (standing + together.length > MOST_DOCUMENTS) throw new Refusal('invalid', 'document.too-many', { most: MOST_DOCUMENTS })
  const limits = await readSetting(db, 'limits')
  const read: ReadDocument[] = []
  for (const sheaf of together) {
    const [{ name }] = sheaf as [UploadedFile]
    for (const file of sheaf)
      if (!sizeOf(file.bytes)) await named(file.name, () => Promise.reject(new Refusal('invalid', 'document.empty')))
    const bytes = sheaf.reduce((total, file) => total + sizeOf(file.bytes), 0)
    if (bytes > limits.uploadBytes)
      throw new Refusal('too_large', 'document.too-large', { name, megabytes: Math.floor(limits.uploadBytes / 1_000_000) })
    read.push(await named(name, () => readSheaf({ db, config }, sheaf, upload.password, limits.pages, act.at)))
  }
  const stored: StoredDocument[] = []
  for (const one of read) {
    const original = await putObject(db, one.original)
    // As a rule they are one file: written once.
    stored.push({ ...one, original, source: one.source === one.original ? original : await putObject(db, one.source) })
  }
  return stored
}

/** In the caller's transaction. Answers them in their order. */
export async function linkDocuments(tx: Tx, act: UserAct, draft: Envelope, stored: readonly StoredDocument[]): Promise<Document[]> {
  const before = await listDocuments(tx, draft.id)
  if (before.length + stored.length > MOST_DOCUMENTS) throw new Refusal('invalid', 'document.too-many', { most: MOST_DOCUMENTS })
  const documents = stored.map(({ name, title, original, source, pages, findings }, at): Document => ({
    id: newId('doc'),
    envelopeId: draft.id,
    position: before.length + at,
    title,
    fileName: name,
    documentId: newDocumentId(),
    originalDigest: original.digest,
    sourceDigest: source.digest,
    pages: JSON.stringify(pages),
    shownPages: null,
    findings: JSON.stringify(findings),
    certifies: null,
    createdAt: act.at,
  }))
  await tx.insertInto('document').values(documents).execute()
  if (!draft.title) await tx.updateTable('envelope').set({ title: documents[0]!.title }).where('id', '=', draft.id).execute()
  for (const { documentId, originalDigest, fileName } of documents)
    await append(tx, act, {
      type: 'envelope.document-added',
      envelopeId: draft.id,
      detail: { documentId, digest: originalDigest },
      clear: { name: fileName },
    })
  return documents
}

export const findingsOf = (document: Pick<Document, 'findings'>): Findings => JSON.parse(document.findings) as Findings

/** Something in it acts, and the sender has not agreed yet that it goes. */
export function needsConsent(document: Pick<Document, 'findings'>): boolean {
  const { activeContent = [], xfa, consentedAt } = findingsOf(document)
  return !consentedAt && (activeContent.length > 0 || xfa === 'beside')
}

export function consentToRemoval(db: Db, act: UserAct, owner: Reader, envelopeId: string, id: string): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => agreeToRemoval(tx, act, await findDocument(tx, envelopeId, id)))
}

/** In the caller's transaction. */
export async function agreeToRemoval(tx: Tx, act: UserAct, document: Document): Promise<void> {
  const findings = findingsOf(document)
  if (findings.consentedAt) return
  await tx
    .updateTable('document')
    .set({ findings: JSON.stringify({ ...findings, consentedAt: act.at } satisfies Findings) })
    .where('id', '=', document.id)
    .execute()
  await append(tx, act, {
    // What acts in a signed file stays: taking it out would break the signatures.
    type: receivedIn(document) ? 'document.keeping-agreed' : 'document.removal-agreed',
    envelopeId: document.envelopeId,
    detail: {
      documentId: document.documentId,
      kinds: [...new Set(findings.activeContent.map(({ kind }) => kind)), ...(findings.xfa === 'beside' ? ['xfa'] : [])].join(' '),
    },
  })
}

/** With the fields that stood on it. */
export function removeDocument(db: Db, act: UserAct, owner: Reader, envelopeId: string, id: string): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    const { documentId, fileName } = await findDocument(tx, envelopeId, id)
    await tx.deleteFrom('field').where('documentId', '=', id).execute()
    await tx.deleteFrom('document').where('id', '=', id).execute()
    await append(tx, act, { type: 'envelope.document-removed', envelopeId, detail: { documentId }, clear: { name: fileName } })
  })
}

/** Those named first come first; the others keep their order behind them. */
export function orderDocuments(db: Db, act: UserAct, owner: Reader, envelopeId: string, ids: readonly string[]): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    const place = (id: string): number => (ids.includes(id) ? ids.indexOf(id) : ids.length)
    const ordered = (await listDocuments(tx, envelopeId)).toSorted((a, b) => place(a.id) - place(b.id))
    for (const [position, { id }] of ordered.entries()) await tx.updateTable('document').set({ position }).where('id', '=', id).execute()
  })
}

export async function renameDocument(db: Db, act: UserAct, owner: Reader, envelopeId: string, id: string, title: string): Promise<void> {
  if (!title.trim()) throw new Refusal('invalid', 'document.title-missing')
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    await findDocument(tx, envelopeId, id)
    await tx.updateTable('document').set({ title: title.trim() }).where('id', '=', id).execute()
  })
}

export async function findDocument(db: Db | Tx, envelopeId: string, id: string): Promise<Document> {
  const document = await db.selectFrom('document').selectAll().where('id', '=', id).where('envelopeId', '=', envelopeId).executeTakeFirst()
  if (!document) throw new Refusal('not_found', 'document.unknown')
  return document
}
