import type { User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Bytes } from '../base/bytes.ts'
import { newDocumentId } from '../base/document-id.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { Db, Tx } from '../db/open.ts'
import type { ActiveContent } from '../pdf/active-content.ts'
import { runTask } from '../sandbox/run.ts'
import { readSetting } from '../setting/setting.ts'
import { putObject, type StoredObject } from '../store/object.ts'
import { changingDraft, findDraft } from './drafting.ts'
import { type Document, listDocuments } from './envelope.ts'

export interface UploadedFile {
  readonly name: string
  readonly bytes: Bytes
}

/** What inspection found in a file, and what the sender said to it. */
export interface Findings {
  readonly activeContent: readonly ActiveContent[]
  readonly xfa: 'none' | 'beside'
  readonly formFields: number
  readonly encrypted: 'no' | 'empty-password' | 'opened'
  readonly fromPictures: boolean
  /** When the sender agreed that what acts is removed. */
  readonly consentedAt: Instant | null
}

export const MOST_DOCUMENTS = 20

type Owner = Pick<User, 'id' | 'role'>
interface Tools {
  readonly db: Db
  readonly config: Pick<Config, 'dataDirectory'>
}

/**
 * Reads the files in the child, stores them, then adds them to the draft in one transaction. Refused by name and reason, and then nothing of
 * any of them is kept: what was stored names nothing and is swept.
 */
export async function addDocuments(
  { db, config }: Tools,
  act: UserAct,
  owner: Owner,
  envelopeId: string,
  upload: { readonly files: readonly UploadedFile[]; readonly password?: string },
): Promise<Document[]> {
  await findDraft(db, owner, envelopeId)
  if (!upload.files.length) throw new Refusal('invalid', 'document.missing')
  const standing = (await listDocuments(db, envelopeId)).length
  if (standing + sheaves(upload.files).length > MOST_DOCUMENTS) throw new Refusal('invalid', 'document.too-many', { most: MOST_DOCUMENTS })
  const limits = await readSetting(db, 'limits')
  const read: ReadDocument[] = []
  for (const sheaf of sheaves(upload.files)) {
    const [{ name }] = sheaf as [UploadedFile]
    const bytes = sheaf.reduce((total, file) => total + file.bytes.length, 0)
    if (bytes > limits.uploadBytes)
      throw new Refusal('too_large', 'document.too-large', { name, megabytes: Math.floor(limits.uploadBytes / 1_000_000) })
    read.push(await named(name, () => readSheaf(config, sheaf, upload.password, limits.pages)))
  }
  const stored: (Omit<ReadDocument, 'original' | 'source'> & { original: StoredObject; source: StoredObject })[] = []
  for (const one of read) stored.push({ ...one, original: await putObject(db, one.original), source: await putObject(db, one.source) })
  return changingDraft(db, act, owner, envelopeId, async (tx, draft) => {
    const before = await listDocuments(tx, envelopeId)
    if (before.length + stored.length > MOST_DOCUMENTS) throw new Refusal('invalid', 'document.too-many', { most: MOST_DOCUMENTS })
    const documents = stored.map(({ name, title, original, source, pages, findings }, at): Document => ({
      id: newId('doc'),
      envelopeId,
      position: before.length + at,
      title,
      fileName: name,
      documentId: newDocumentId(),
      originalDigest: original.digest,
      sourceDigest: source.digest,
      pages: JSON.stringify(pages),
      shownPages: null,
      findings: JSON.stringify(findings),
      createdAt: act.at,
    }))
    await tx.insertInto('document').values(documents).execute()
    if (!draft.title) await tx.updateTable('envelope').set({ title: documents[0]!.title }).where('id', '=', envelopeId).execute()
    for (const { documentId, originalDigest, fileName } of documents)
      await append(tx, act, {
        type: 'envelope.document-added',
        envelopeId,
        detail: { documentId, digest: originalDigest },
        clear: { name: fileName },
      })
    return documents
  })
}

interface ReadDocument {
  readonly name: string
  readonly title: string
  readonly original: Bytes
  readonly source: Bytes
  readonly pages: readonly { readonly width: number; readonly height: number }[]
  readonly findings: Findings
}

/** Pictures that come together are one document with a page each; every other file is a document of its own. */
function sheaves(files: readonly UploadedFile[]): UploadedFile[][] {
  const pictures = files.filter(({ bytes }) => isPicture(bytes))
  const rest = files.filter((file) => !pictures.includes(file)).map((file) => [file])
  return pictures.length ? [...rest, pictures] : rest
}

/** PNG, JPEG or WebP by its first bytes; the child looks closer. */
const isPicture = (bytes: Bytes): boolean =>
  [
    [0x89, 0x50, 0x4e, 0x47],
    [0xff, 0xd8, 0xff],
    [0x52, 0x49, 0x46, 0x46],
  ].some((start) => start.every((byte, at) => bytes[at] === byte))

async function readSheaf(
  config: Tools['config'],
  sheaf: readonly UploadedFile[],
  password: string | undefined,
  mostPages: number,
): Promise<ReadDocument> {
  const [first] = sheaf as [UploadedFile]
  const name = fileNameOf(first.name)
  const title = titleFrom(name)
  if (isPicture(first.bytes)) {
    const { pdf } = await runTask(config, 'images-to-pdf', { pictures: sheaf.map(({ bytes }) => bytes) })
    const { pages } = await runTask(config, 'inspect', { pdf })
    return {
      name,
      title,
      // Of one picture the original is the picture itself; of several, the pages that they became.
      original: sheaf.length === 1 ? first.bytes : pdf,
      source: pdf,
      pages: pages.map(sizeOf),
      findings: { activeContent: [], xfa: 'none', formFields: 0, encrypted: 'no', fromPictures: true, consentedAt: null },
    }
  }
  const found = await runTask(config, 'inspect', { pdf: first.bytes, ...(password ? { password } : {}) })
  if (found.xfa === 'dynamic') throw new Refusal('invalid', 'document.xfa-dynamic')
  if (found.signed) throw new Refusal('invalid', 'document.signed-already')
  if (found.pages.length > mostPages) throw new Refusal('too_large', 'document.too-many-pages', { most: mostPages })
  const opened = found.encrypted === 'no' ? null : await runTask(config, 'decrypt', { pdf: first.bytes, password: password ?? '' })
  // What cannot be drawn within the bounds is refused now, not on every page that would show it.
  await runTask(config, 'pages', { pdf: opened?.pdf ?? first.bytes, from: { page: 0, most: 1 }, width: 240 })
  return {
    name,
    title: found.title && !/^(untitled|microsoft word - .*)$/i.test(found.title) ? found.title : title,
    original: first.bytes,
    source: opened?.pdf ?? first.bytes,
    pages: found.pages.map(sizeOf),
    findings: {
      activeContent: found.activeContent,
      xfa: found.xfa,
      formFields: found.formFields,
      encrypted: found.encrypted,
      fromPictures: false,
      consentedAt: null,
    },
  }
}

const sizeOf = ({ width, height }: { width: number; height: number }) => ({ width, height })

/** Every refusal says of which file it speaks. */
async function named<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(error.code, error.reason, { ...error.params, name: fileNameOf(name) }, { cause: error })
  }
}

/** A stranger's file name as data: without folders and without what cannot be seen. */
const fileNameOf = (name: string): string =>
  (name.split(/[/\\]/).at(-1) ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 200) || 'document.pdf'

const titleFrom = (fileName: string): string =>
  fileName
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replaceAll('_', ' ')
    .trim() || fileName

export const findingsOf = (document: Pick<Document, 'findings'>): Findings => JSON.parse(document.findings) as Findings

/** Something in it acts, and the sender has not agreed yet that it goes. */
export function needsConsent(document: Pick<Document, 'findings'>): boolean {
  const { activeContent = [], xfa, consentedAt } = findingsOf(document)
  return !consentedAt && (activeContent.length > 0 || xfa === 'beside')
}

export function consentToRemoval(db: Db, act: UserAct, owner: Owner, envelopeId: string, id: string): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    const document = await findDocument(tx, envelopeId, id)
    const findings = findingsOf(document)
    if (findings.consentedAt) return
    await tx
      .updateTable('document')
      .set({ findings: JSON.stringify({ ...findings, consentedAt: act.at } satisfies Findings) })
      .where('id', '=', id)
      .execute()
    await append(tx, act, {
      type: 'document.removal-agreed',
      envelopeId,
      detail: {
        documentId: document.documentId,
        kinds: [...new Set(findings.activeContent.map(({ kind }) => kind)), ...(findings.xfa === 'beside' ? ['xfa'] : [])].join(' '),
      },
    })
  })
}

/** With the fields that stood on it. */
export function removeDocument(db: Db, act: UserAct, owner: Owner, envelopeId: string, id: string): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    const { documentId, fileName } = await findDocument(tx, envelopeId, id)
    await tx.deleteFrom('field').where('documentId', '=', id).execute()
    await tx.deleteFrom('document').where('id', '=', id).execute()
    await append(tx, act, { type: 'envelope.document-removed', envelopeId, detail: { documentId }, clear: { name: fileName } })
  })
}

/** Those named first come first; the others keep their order behind them. */
export function orderDocuments(db: Db, act: UserAct, owner: Owner, envelopeId: string, ids: readonly string[]): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    const place = (id: string): number => (ids.includes(id) ? ids.indexOf(id) : ids.length)
    const ordered = (await listDocuments(tx, envelopeId)).toSorted((a, b) => place(a.id) - place(b.id))
    for (const [position, { id }] of ordered.entries()) await tx.updateTable('document').set({ position }).where('id', '=', id).execute()
  })
}

export async function renameDocument(db: Db, act: UserAct, owner: Owner, envelopeId: string, id: string, title: string): Promise<void> {
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
