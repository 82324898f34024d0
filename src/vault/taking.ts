import type { Reader } from '../access/reach.ts'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { CSV_START, csvLine } from '../base/csv.ts'
import { utf8 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { type EvidenceFile, checksums, heldFile, storedFile } from './evidence/files.ts'
import { zip, zipSize } from './evidence/zip.ts'
import { EVERYTHING, type VaultQuery } from './filters.ts'
import { type ListedEntry, searchVault, seenRow } from './register.ts'
import type { Cursor } from './searching.ts'

/** Bounds of one ZIP. */
export const MOST_DOCUMENTS = 500
export const MOST_BYTES = 4_000_000_000
/** Rows of one table. */
export const MOST_ROWS = 200_000
/** Rows of a list on paper. */
export const MOST_PRINTED = 1_000
const AT_ONCE = 500

export interface Archive {
  readonly size: number
  readonly stream: () => AsyncGenerator<Uint8Array>
}

/** Entries of the register that were picked, or all that a query finds. */
export type Picked = { readonly ids: readonly string[] } | { readonly query: VaultQuery }

/** Every page of what a query finds, one after the other. */
export async function* everyPage(db: Db, reader: Reader, query: VaultQuery, most: number): AsyncGenerator<ListedEntry[]> {
  let after: Cursor | null = null
  for (let seen = 0; seen < most;) {
    const { entries, next } = await searchVault(db, reader, query, { after, limit: Math.min(AT_ONCE, most - seen) })
    if (entries.length) yield entries
    seen += entries.length
    if (!next) return
    after = next
  }
}

async function entriesOf(db: Db, reader: Reader, picked: Picked): Promise<ListedEntry[]> {
  const entries: ListedEntry[] = []
  if ('query' in picked) {
    for await (const page of everyPage(db, reader, picked.query, MOST_DOCUMENTS + 1)) entries.push(...page)
    return entries
  }
  if (!picked.ids.length) throw new Refusal('invalid', 'vault.nothing-picked')
  if (picked.ids.length > MOST_DOCUMENTS) throw new Refusal('invalid', 'vault.too-many-picked', { most: MOST_DOCUMENTS })
  for (const id of new Set(picked.ids)) {
    await seenRow(db, reader, id)
    const { entries: found } = await searchVault(db, reader, { ...EVERYTHING, only: id })
    entries.push(...found)
  }
  return entries
}

/**
 * The sealed files as one ZIP, streamed, with a table of them and their checksums. That each was taken is recorded first, in one transaction; what was disposed
 * of is left out.
 */
export async function takeArchive(db: Db, act: Act, reader: Reader, picked: Picked, words: TableWords): Promise<Archive> {
  const entries = (await entriesOf(db, reader, picked)).filter(({ disposedAt }) => disposedAt === null)
  const documents = entries.flatMap((entry) => entry.documents.map((document) => ({ entry, document })))
  const bytes = documents.reduce((sum, { document }) => sum + document.size, 0)
  if (!documents.length) throw new Refusal('invalid', 'vault.nothing-picked')
  if (documents.length > MOST_DOCUMENTS || bytes > MOST_BYTES)
    throw new Refusal('too_large', 'vault.archive-too-large', { most: MOST_DOCUMENTS, gigabytes: MOST_BYTES / 1e9 })
  const files: EvidenceFile[] = documents.map(({ document }) =>
    storedFile(`${plainName(document.title)} ${document.documentId}.pdf`, db, { digest: document.digest, size: document.size }),
  )
  files.push(heldFile('register.csv', CSV_START + csvLine(words.columns) + entries.map((entry) => linesOf(entry, words)).join('')))
  files.push(heldFile('SHA256SUMS', checksums(files)))
  await db.transaction().execute(async (tx) => {
    await append(tx, act, { type: 'vault.archive-taken', detail: { count: documents.length, bytes } })
    for (const { entry, document } of documents)
      await append(tx, act, {
        type: 'document.downloaded',
        envelopeId: entry.id,
        detail: { documentId: document.documentId, part: 'sealed', archive: true },
      })
  })
  return { size: zipSize(files), stream: () => zip(files, act.at) }
}

export interface TableWords {
  readonly columns: readonly string[]
  readonly stages: Readonly<Record<'in-force' | 'annulled' | 'disposed', string>>
  readonly origins: Readonly<Record<'issued' | 'imported' | 'unverified', string>>
  readonly yes: string
  /** The path of a folder. */
  readonly folder: (id: string) => string
}

/** The register as a table, a row for each document, for a spreadsheet; that it was taken is recorded first. */
export async function takeTable(
  db: Db,
  act: Act,
  reader: Reader,
  query: VaultQuery,
  words: TableWords,
): Promise<AsyncGenerator<Uint8Array>> {
  const filters = Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value && !['search', 'party', 'at', 'only'].includes(name) ? [[name, value as string]] : [],
    ),
  )
  const text = [query.search, query.party].filter(Boolean).join(' · ')
  await db
    .transaction()
    .execute((tx) =>
      append(tx, act, { type: 'vault.exported', detail: filters, ...(text ? { clear: { text: text.toWellFormed() } } : {}) }),
    )
  return rowsOf(db, reader, query, words)
}

/** A look at what is shown to be printed: one document, or the list. */
export const recordPrint = (db: Db, act: Act, envelopeId: string | null, count: number): Promise<unknown> =>
  db.transaction().execute((tx) => append(tx, act, { type: 'vault.printed', ...(envelopeId ? { envelopeId } : {}), detail: { count } }))

async function* rowsOf(db: Db, reader: Reader, query: VaultQuery, words: TableWords): AsyncGenerator<Uint8Array> {
  yield utf8(CSV_START + csvLine(words.columns))
  for await (const entries of everyPage(db, reader, query, MOST_ROWS)) yield utf8(entries.map((entry) => linesOf(entry, words)).join(''))
}

const linesOf = (entry: ListedEntry, { stages, origins, yes, folder }: TableWords): string =>
  entry.documents
    .map((document) =>
      csvLine([
        document.documentId,
        document.title,
        entry.title,
        entry.kind,
        entry.parties.map(({ name, company }) => [name, company].filter(Boolean).join(', ')).join('; '),
        entry.sender,
        entry.completedAt,
        stages[entry.disposedAt ? 'disposed' : entry.isAnnulled ? 'annulled' : 'in-force'],
        entry.isHeld ? yes : '',
        origins[entry.isImported ? (entry.isVerified ? 'imported' : 'unverified') : 'issued'],
        entry.folderId ? folder(entry.folderId) : '',
        entry.amount === null ? '' : (entry.amount / 100).toFixed(2),
        entry.currency,
        document.pages,
        document.size,
        document.digest,
      ]),
    )
    .join('')

/** Two documents of one title are told apart by their document IDs, which stand behind it. */
const plainName = (title: string): string =>
  title
    .replace(/\.(pdf|png|jpe?g|docx?|odt)$/i, '')
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\.+/, '')
    .slice(0, 80) || 'document'
