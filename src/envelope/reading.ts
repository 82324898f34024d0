import { type Bytes, type LaidAside, startOf } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { ActiveContent } from '../pdf/active-content.ts'
import { type OfficePlace, officeToPdf } from '../sandbox/office.ts'
import { mayBeOffice, type OfficeKind } from '../sandbox/office-file.ts'
import { runTask } from '../sandbox/run.ts'
import { trustOf } from '../verification/uploaded.ts'
import { type Found, foundIn } from './found-fields.ts'
import type { Received } from './received.ts'

export interface UploadedFile {
  readonly name: string
  readonly bytes: Bytes | LaidAside
}

/** What inspection found in a file, and what the sender said to it. */
export interface Findings {
  readonly activeContent: readonly ActiveContent[]
  readonly xfa: 'none' | 'beside'
  readonly formFields: number
  readonly encrypted: 'no' | 'empty-password' | 'opened'
  readonly fromPictures: boolean
  /** It arrived with signatures of others: it is kept byte for byte, and this is what it allows. Absent in what was read before there was such a thing. */
  readonly received?: Received | null
  /** Rights for an old reader, which go when the file is rewritten. */
  readonly usageRights?: boolean
  /** It came as a text document: the original is that file, and the source what was made of it. */
  readonly converted?: { readonly from: OfficeKind; readonly by: string }
  /** What stands in the file that may become fields; absent where there is nothing. */
  readonly found?: Found
  /** When the sender agreed that what acts is removed. */
  readonly consentedAt: Instant | null
}

interface Tools {
  readonly db: Db
  readonly config: OfficePlace
}

export interface ReadDocument {
  readonly name: string
  readonly title: string
  readonly original: Bytes | LaidAside
  readonly source: Bytes | LaidAside
  readonly pages: readonly { readonly width: number; readonly height: number }[]
  readonly findings: Findings
}

/** Pictures that come together are one document with a page each; every other file is a document of its own. */
export async function sheaves(files: readonly UploadedFile[]): Promise<UploadedFile[][]> {
  const pictures: UploadedFile[] = []
  for (const file of files) if (await isPicture(file.bytes)) pictures.push(file)
  const rest = files.filter((file) => !pictures.includes(file)).map((file) => [file])
  return pictures.length ? [...rest, pictures] : rest
}

/** PNG, JPEG or WebP by its first bytes; the child looks closer. */
async function isPicture(bytes: Bytes | LaidAside): Promise<boolean> {
  const begins = await startOf(bytes, 4)
  return [
    [0x89, 0x50, 0x4e, 0x47],
    [0xff, 0xd8, 0xff],
    [0x52, 0x49, 0x46, 0x46],
  ].some((start) => start.every((byte, at) => begins[at] === byte))
}

export async function readSheaf(
  { db, config }: Tools,
  sheaf: readonly UploadedFile[],
  password: string | undefined,
  mostPages: number,
  at: Instant,
): Promise<ReadDocument> {
  const [first] = sheaf as [UploadedFile]
  const name = fileNameOf(first.name)
  const title = titleFrom(name)
  if (await isPicture(first.bytes)) {
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
  if (mayBeOffice(await startOf(first.bytes, 8))) return readOffice({ db, config }, first, mostPages)
  const found = await runTask(config, 'inspect', { pdf: first.bytes, ...(password ? { password } : {}) })
  if (found.xfa === 'dynamic') throw new Refusal('invalid', 'document.xfa-dynamic')
  if (found.pages.length > mostPages) throw new Refusal('too_large', 'document.too-many-pages', { most: mostPages })
  const received = found.received && (await judgedAsReceived({ db, config }, first.bytes, found.received, at))
  const opened = found.encrypted === 'no' ? null : await runTask(config, 'decrypt', { pdf: first.bytes, password: password ?? '' })
  // What cannot be drawn within the bounds is refused now, not on every page that would show it.
  await runTask(config, 'pages', { pdf: opened?.pdf ?? first.bytes, from: { page: 0, most: 1 }, width: 240 })
  const offered = received ? null : await foundIn(config, opened?.pdf ?? first.bytes, found)
  return {
    name,
    title: titleOf(found.title, title),
    original: first.bytes,
    source: opened?.pdf ?? first.bytes,
    pages: found.pages.map(sizeOf),
    findings: {
      activeContent: found.activeContent,
      xfa: found.xfa,
      formFields: found.formFields,
      encrypted: found.encrypted,
      fromPictures: false,
      received,
      usageRights: found.usageRights,
      ...(offered ? { found: offered } : {}),
      consentedAt: null,
    },
  }
}

/** Of a text document the original is the document itself; what is shown and signed is the PDF that was made of it. */
async function readOffice({ config }: Tools, { name, bytes }: UploadedFile, mostPages: number): Promise<ReadDocument> {
  const { kind } = await runTask(config, 'office-kind', { file: bytes })
  if (!kind) throw new Refusal('invalid', 'document.not-a-pdf')
  const { pdf, by } = await officeToPdf(config, { file: bytes, kind })
  const found = await runTask(config, 'inspect', { pdf })
  if (found.pages.length > mostPages) throw new Refusal('too_large', 'document.too-many-pages', { most: mostPages })
  await runTask(config, 'pages', { pdf, from: { page: 0, most: 1 }, width: 240 })
  const offered = await foundIn(config, pdf, found)
  return {
    name: fileNameOf(name),
    title: titleOf(found.title, titleFrom(fileNameOf(name))),
    original: bytes,
    source: pdf,
    pages: found.pages.map(sizeOf),
    findings: {
      activeContent: found.activeContent,
      xfa: 'none',
      formFields: found.formFields,
      encrypted: 'no',
      fromPictures: false,
      converted: { from: kind, by },
      ...(offered ? { found: offered } : {}),
      consentedAt: null,
    },
  }
}

/** A title that a program made of its own template is none. */
const titleOf = (told: string | null, otherwise: string): string =>
  told && !/^(untitled|microsoft word - .*)$/i.test(told) ? told : otherwise

/**
 * What is broken already is not built upon: whoever signed it next would sign a file that no verifier accepts. Of a document of ours in the middle of
 * its path nobody else continues it.
 */
async function judgedAsReceived(
  { db, config }: Tools,
  pdf: Bytes | LaidAside,
  found: Omit<Received, 'signers'>,
  at: Instant,
): Promise<Received> {
  const report = await runTask(config, 'verify', { pdf, ...(await trustOf(db)), at })
  if (report.answer === 'changed' || report.answer === 'unreadable') throw new Refusal('invalid', 'document.signed-broken')
  if (report.profile === 'ours') throw new Refusal('invalid', 'document.signed-unfinished')
  const signers = report.signatures.flatMap(({ kind, signer }) => (kind !== 'time-stamp' && signer ? [signer.name] : []))
  return { ...found, signers }
}

const sizeOf = ({ width, height }: { width: number; height: number }) => ({ width, height })

/** Every refusal says of which file it speaks. */
export async function named<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(error.code, error.reason, { ...error.params, name: fileNameOf(name) }, { cause: error })
  }
}

/** A stranger's file name as data: without folders and without what cannot be seen. */
export const fileNameOf = (name: string): string =>
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
