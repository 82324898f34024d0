import { type Instant, later, DAY } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { DocumentRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { INDEXING, sortKey } from '../envelope/filing.ts'
import { headRevision } from '../envelope/revisions.ts'
import { enqueue } from '../jobs/queue.ts'
import { runTask } from '../sandbox/run.ts'
import { DamagedObject, laidAside } from '../store/object.ts'
import { readAmount } from '../base/amount.ts'
import { reckon } from './retention.ts'
import { DOCUMENT_END, keyOfFolder, keyOfPerson, PAGE_END, putText } from './text-index.ts'

export interface IndexTools {
  readonly db: Db
  readonly config: Pick<Config, 'dataDirectory'>
  readonly clock: () => Instant
}

/** Letters of one entry that are taken into the index; what is beyond is not found by its words. */
const MOST_LETTERS = 3_000_000
const PAGES_AT_ONCE = 250

/**
 * The job: the words of every page of the entry's documents, read in the child, and what people have filled in, written in one transaction. Done again
 * where a crash came between. A document that cannot be read is found by its title and its people, and the register says so.
 */
export async function indexEntry({ db, config, clock }: IndexTools, envelopeId: string): Promise<void> {
  const entry = await db.selectFrom('vaultEntry').selectAll().where('envelopeId', '=', envelopeId).executeTakeFirst()
  if (!entry || entry.disposedAt) return
  const documents = await db
    .selectFrom('document')
    .selectAll()
    .where('envelopeId', '=', envelopeId)
    .orderBy('position')
    .orderBy('id')
    .execute()
  const bodies: string[] = []
  let failure: string | null = null
  for (const document of documents.filter(({ certifies }) => certifies === null)) {
    try {
      bodies.push(await bodyOf({ db, config }, document))
    } catch (error) {
      // The machine is busy, or the child could not be started: tried again.
      if (!(error instanceof DamagedObject || (error instanceof Refusal && error.code !== 'unavailable'))) throw error
      failure = error instanceof Refusal ? error.reason : 'store.damaged'
      bodies.push('')
    }
  }
  const people = await db.selectFrom('recipient').select(['email', 'firstName', 'lastName']).where('envelopeId', '=', envelopeId).execute()
  const heading = [
    entry.title,
    ...documents.flatMap((one) => [one.title, one.fileName, one.documentId, one.documentId.replaceAll('-', '')]),
  ]
  await db.transaction().execute(async (tx) => {
    const now = await tx.selectFrom('vaultEntry').selectAll().where('seq', '=', entry.seq).executeTakeFirst()
    // What was disposed of meanwhile stays out of the index.
    if (!now || now.disposedAt) return
    await putText(tx, entry.seq, {
      keys: await keysOfEntry(tx, entry.seq),
      heading: [...new Set(heading)].join('\n'),
      parties: [now.parties, ...people.flatMap(({ email }) => email ?? [])].join('\n'),
      body: bodies.join(DOCUMENT_END).slice(0, MOST_LETTERS).toWellFormed(),
    })
    if (now.amount === null) {
      const amount = await amountIn(tx, envelopeId)
      if (amount) await tx.updateTable('vaultEntry').set(amount).where('seq', '=', entry.seq).execute()
    }
    await reckon(tx, entry.seq, entry.seq)
    await tx
      .updateTable('vaultEntry')
      .set({ indexedAt: clock(), indexFailure: failure, titleKey: sortKey(now.title), partyKey: sortKey(now.partyKey) })
      .where('seq', '=', entry.seq)
      .execute()
  })
}

/** The largest amount that somebody wrote into a field for amounts: as a rule the total. */
async function amountIn(db: Db, envelopeId: string): Promise<{ amount: number; currency: string } | null> {
  const rows = await db
    .selectFrom('field')
    .innerJoin('document', 'document.id', 'field.documentId')
    .leftJoin('fieldEntry', 'fieldEntry.fieldId', 'field.id')
    .select(['field.rules', 'field.value', 'fieldEntry.value as entered'])
    .where('document.envelopeId', '=', envelopeId)
    .where('field.rules', 'like', '%"amount"%')
    .execute()
  const amounts = rows.flatMap(({ rules, value, entered }) => {
    const { format } = JSON.parse(rules) as { format?: { type: string; currency?: string } }
    const hundredths = readAmount(entered ?? value)
    return format?.type === 'amount' && hundredths !== null ? [{ amount: hundredths, currency: format.currency ?? '' }] : []
  })
  return amounts.sort((a, b) => b.amount - a.amount)[0] ?? null
}

/** Whoever reaches it: those to whom it belongs or who took part, and the folder in which it lies. */
export async function keysOfEntry(db: Db, seq: number): Promise<string[]> {
  const persons = await db.selectFrom('vaultPerson').select('userId').where('seq', '=', seq).execute()
  const entry = await db.selectFrom('vaultEntry').select('folderId').where('seq', '=', seq).executeTakeFirst()
  return [...persons.map(({ userId }) => keyOfPerson(userId)), ...(entry?.folderId ? [keyOfFolder(entry.folderId)] : [])]
}

/** Without the certificate of completion, which names people and addresses of machines on every document. */
async function bodyOf({ db, config }: Pick<IndexTools, 'db' | 'config'>, document: DocumentRow): Promise<string> {
  const head = await headRevision(db, document.id)
  if (!head) return ''
  const count = (JSON.parse(document.pages) as unknown[]).length
  const pdf = await laidAside(db, head.objectDigest)
  const texts: string[] = []
  for (let from = 0; from < count; from += PAGES_AT_ONCE) {
    const pages = Array.from({ length: Math.min(PAGES_AT_ONCE, count - from) }, (_, at) => from + at)
    texts.push(...(await runTask(config, 'words', { pdf, pages }, { pages: count })).texts)
  }
  const values = await db
    .selectFrom('field')
    .innerJoin('fieldEntry', 'fieldEntry.fieldId', 'field.id')
    .select(['field.page', 'field.kind', 'fieldEntry.value'])
    .where('field.documentId', '=', document.id)
    .execute()
  for (const { page, kind, value } of values)
    if (WRITTEN.has(kind) && texts[page] !== undefined && !texts[page].includes(value)) texts[page] += `\n${value}`
  return texts.map((text) => text.replaceAll(PAGE_END, ' ').replaceAll(DOCUMENT_END, ' ')).join(PAGE_END)
}

/** Kinds of fields whose value is text that somebody reads. */
const WRITTEN: ReadonlySet<string> = new Set([
  'text',
  'multiline',
  'number',
  'full-name',
  'job-title',
  'company',
  'company-details',
  'email',
  'phone',
  'date',
])

const AT_ONCE = 500

/** The hourly round: what waits still for its words, such as what was there before there was an index. */
export async function orderIndexing(db: Db, at: Instant): Promise<number> {
  const waiting = await db
    .selectFrom('vaultEntry')
    .select('envelopeId')
    .where('indexedAt', 'is', null)
    .where('disposedAt', 'is', null)
    .limit(AT_ONCE)
    .execute()
  if (waiting.length)
    await db.transaction().execute(async (tx) => {
      for (const { envelopeId } of waiting)
        await enqueue(tx, at, { kind: INDEXING, payload: { envelope: envelopeId }, key: `${INDEXING} ${envelopeId}` })
      // More wait: the next round of them comes before the hour is over.
      if (waiting.length === AT_ONCE)
        await enqueue(tx, at, { kind: INDEX_ROUND, payload: {}, key: INDEX_ROUND, runAt: later(at, DAY / 24 / 60) })
    })
  return waiting.length
}

export const INDEX_ROUND = 'vault.index-round'
