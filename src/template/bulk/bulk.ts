import type { Reader } from '../../access/reach.ts'
import type { UserAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import type { Bytes } from '../../base/bytes.ts'
import { readCsv, separatorOf } from '../../base/csv-reading.ts'
import { newId } from '../../base/id.ts'
import type { Instant } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { decoded, encodingOf } from '../../base/text-decoding.ts'
import type { BulkRowRow, BulkSendRow, BulkStatus } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { refuseToCreate } from '../../envelope/drafting.ts'
import { enqueue } from '../../jobs/queue.ts'
import { versionFor } from '../versions.ts'
import { type Ask, asksOf, guessMapping, type Mapping } from './asking.ts'
import { type ReadRow, readRow, rightProblems, type RowProblem } from './checking.ts'

export const MOST_ROWS = 1_000
export const MOST_COLUMNS = 120
export const MOST_BYTES = 4_000_000

/** The job that makes and sends a few envelopes of a bulk send, then orders the next few. */
export const BULK = 'bulk.send'

export type Bulk = Omit<BulkSendRow, 'columns' | 'mapping'> & { readonly columns: readonly string[]; readonly mapping: Mapping }

const bulkOf = (row: BulkSendRow): Bulk => ({
  ...row,
  columns: JSON.parse(row.columns) as string[],
  mapping: JSON.parse(row.mapping) as Mapping,
})

/** Reads the table and keeps it to be looked at; nothing is sent. Refused as a whole where it is no table. */
export async function startBulk(
  db: Db,
  act: UserAct,
  reader: Reader,
  templateId: string,
  file: { readonly name: string; readonly bytes: Bytes },
): Promise<Bulk> {
  refuseToCreate(reader)
  const { template, version } = await versionFor(db, reader, templateId)
  if (template.archivedAt) throw new Refusal('conflict', 'template.archived')
  const asks = await asksOf(db, version.envelopeId)
  if (!asks.some(({ kind }) => kind === 'person')) throw new Refusal('conflict', 'bulk.no-role')
  if (file.bytes.length > MOST_BYTES) throw new Refusal('too_large', 'request.too-large')
  const text = decoded(file.bytes, encodingOf(file.bytes))
  if (text.includes('\0')) throw new Refusal('invalid', 'bulk.unreadable')
  const [heading, ...lines] = readCsv(text, separatorOf(text), MOST_ROWS + 1)
  if (!heading || !lines.length) throw new Refusal('invalid', 'bulk.empty')
  if ([heading, ...lines].some(({ cells }) => cells.length > MOST_COLUMNS))
    throw new Refusal('invalid', 'bulk.too-wide', { most: MOST_COLUMNS })
  const columns = heading.cells.map((cell) => cell.trim().slice(0, 200))
  const row: BulkSendRow = {
    id: newId('blk'),
    templateId,
    templateVersion: version.number,
    ownerId: act.actor.id,
    fileName: file.name.slice(0, 200),
    columns: JSON.stringify(columns),
    mapping: JSON.stringify(guessMapping(asks, columns)),
    status: 'checking',
    createdAt: act.at,
    startedAt: null,
    endedAt: null,
  }
  const rows = lines.map(({ line, cells }): BulkRowRow => ({
    bulkId: row.id,
    line,
    cells: JSON.stringify(cells.map((cell) => cell.slice(0, 4_000))),
    status: 'waiting',
    reason: null,
    params: null,
    envelopeId: null,
  }))
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('bulkSend').values(row).execute()
    for (let at = 0; at < rows.length; at += 200)
      await tx
        .insertInto('bulkRow')
        .values(rows.slice(at, at + 200))
        .execute()
  })
  return bulkOf(row)
}

/** Whose it is alone: a table of people is nobody else's. */
export async function findBulk(db: Db, reader: Pick<Reader, 'id'>, id: string): Promise<Bulk> {
  const row = await db.selectFrom('bulkSend').selectAll().where('id', '=', id).where('ownerId', '=', reader.id).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'bulk.unknown')
  return bulkOf(row)
}

export const listBulks = async (db: Db, reader: Pick<Reader, 'id'>, templateId: string): Promise<Bulk[]> =>
  (
    await db
      .selectFrom('bulkSend')
      .selectAll()
      .where('templateId', '=', templateId)
      .where('ownerId', '=', reader.id)
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .limit(50)
      .execute()
  ).map(bulkOf)

export const listRows = (db: Db, bulkId: string): Promise<BulkRowRow[]> =>
  db.selectFrom('bulkRow').selectAll().where('bulkId', '=', bulkId).orderBy('line').execute()

export async function asksOfBulk(db: Db, bulk: Pick<Bulk, 'templateId' | 'templateVersion'>): Promise<Ask[]> {
  const version = await db
    .selectFrom('templateVersion')
    .select('envelopeId')
    .where('templateId', '=', bulk.templateId)
    .where('number', '=', bulk.templateVersion)
    .executeTakeFirstOrThrow()
  return asksOf(db, version.envelopeId)
}

export interface CheckedRow {
  readonly line: number
  readonly read: ReadRow
  readonly problems: readonly RowProblem[]
}

/** Every line, with everything that stands in its way. */
export async function checkRows(db: Db, reader: Reader, bulk: Bulk): Promise<CheckedRow[]> {
  const asks = await asksOfBulk(db, bulk)
  const checked: CheckedRow[] = []
  for (const { line, cells } of await listRows(db, bulk.id)) {
    const read = readRow(asks, bulk.mapping, JSON.parse(cells) as string[])
    const problems = read.problems.length ? read.problems : await rightProblems(db, reader, read)
    checked.push({ line, read, problems })
  }
  return checked
}

/** Only while nothing is sent. A column answers one question at most. */
export function mapColumns(db: Db, reader: Reader, id: string, mapping: Mapping): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const bulk = await findBulk(tx, reader, id)
    if (bulk.status !== 'checking') throw new Refusal('conflict', 'bulk.moved-on')
    const known = new Set((await asksOfBulk(tx, bulk)).map(({ key }) => key))
    const kept = Object.entries(mapping).filter(([key, column]) => known.has(key) && column >= 0 && column < bulk.columns.length)
    if (new Set(kept.map(([, column]) => column)).size !== kept.length) throw new Refusal('invalid', 'bulk.column-twice')
    await tx
      .updateTable('bulkSend')
      .set({ mapping: JSON.stringify(Object.fromEntries(kept)) })
      .where('id', '=', id)
      .where('status', '=', 'checking')
      .execute()
  })
}

/** Lets it go: nothing of it has left before. Lines that are not in order stop it, unless the sender chose to send the good ones alone. */
export async function beginBulk(
  tools: { readonly db: Db; readonly wake: () => void },
  act: UserAct,
  reader: Reader,
  id: string,
  onlyGood: boolean,
): Promise<void> {
  const { db } = tools
  refuseToCreate(reader)
  const bulk = await findBulk(db, reader, id)
  const { template } = await versionFor(db, reader, bulk.templateId, bulk.templateVersion)
  if (template.archivedAt) throw new Refusal('conflict', 'template.archived')
  const checked = await checkRows(db, reader, bulk)
  const bad = checked.filter(({ problems }) => problems.length)
  if (bad.length === checked.length) throw new Refusal('invalid', 'bulk.nobody-good')
  if (bad.length && !onlyGood) throw new Refusal('invalid', 'bulk.not-clean')
  await db.transaction().execute(async (tx) => {
    await move(tx, id, ['checking'], 'running', { startedAt: act.at }, bulk.mapping)
    for (const { line, problems } of bad) await refuseRow(tx, id, line, problems[0]!)
    await append(tx, act, {
      type: 'template.bulk-started',
      detail: { bulk: id, template: bulk.templateId, version: bulk.templateVersion, rows: checked.length - bad.length },
      clear: { name: template.name },
    })
    await orderNext(tx, act.at, id)
  })
  tools.wake()
}

export const refuseRow = (tx: Tx, bulkId: string, line: number, { reason, params }: RowProblem): Promise<unknown> =>
  tx
    .updateTable('bulkRow')
    .set({ status: 'refused', reason, params: JSON.stringify(params) })
    .where('bulkId', '=', bulkId)
    .where('line', '=', line)
    .where('status', '=', 'waiting')
    .execute()

/** One row or a refusal: of two who steer it at once, one is told. What was mapped otherwise meanwhile is not what was looked at. */
async function move(
  tx: Tx,
  id: string,
  from: readonly BulkStatus[],
  to: BulkStatus,
  also: Partial<Pick<BulkSendRow, 'startedAt' | 'endedAt'>> = {},
  mapping?: Mapping,
): Promise<void> {
  let change = tx
    .updateTable('bulkSend')
    .set({ ...also, status: to })
    .where('id', '=', id)
    .where('status', 'in', from)
  if (mapping) change = change.where('mapping', '=', JSON.stringify(mapping))
  const { numUpdatedRows } = await change.executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'bulk.moved-on')
}

/** A job for the next lines; named by the first of them, so that one slice is ordered once. `after` a rest: also where the same lines wait still. */
export async function orderNext(tx: Tx, at: Instant, id: string, after: Instant | null = null): Promise<boolean> {
  const next = await tx
    .selectFrom('bulkRow')
    .select('line')
    .where('bulkId', '=', id)
    .where('status', '=', 'waiting')
    .orderBy('line')
    .executeTakeFirst()
  await enqueue(tx, at, {
    kind: BULK,
    payload: { bulk: id },
    key: `${BULK} ${id} ${next?.line ?? 'end'} ${after ?? ''}`,
    runAt: after ?? at,
  })
  return next !== undefined
}

export type Steering = 'pause' | 'resumption' | 'cancellation' | 'retries'

/** Pause, go on, stop for good, try again what was refused. */
export async function steerBulk(
  tools: { readonly db: Db; readonly wake: () => void },
  act: UserAct,
  reader: Reader,
  id: string,
  steering: Steering,
): Promise<void> {
  await tools.db.transaction().execute(async (tx) => {
    const bulk = await findBulk(tx, reader, id)
    const { name } = await tx.selectFrom('template').select('name').where('id', '=', bulk.templateId).executeTakeFirstOrThrow()
    let rows = 0
    if (steering === 'pause') await move(tx, id, ['running'], 'paused')
    else if (steering === 'resumption') await move(tx, id, ['paused'], 'running')
    else if (steering === 'cancellation') {
      await move(tx, id, ['checking', 'running', 'paused'], 'cancelled', { endedAt: act.at })
      await tx.updateTable('bulkRow').set({ status: 'left-out' }).where('bulkId', '=', id).where('status', '=', 'waiting').execute()
    } else {
      await move(tx, id, ['done', 'running', 'paused'], 'running', { endedAt: null })
      rows = await takeBackRefused(tx, id)
      if (!rows) throw new Refusal('conflict', 'bulk.nothing-to-retry')
    }
    const type = { pause: 'bulk-paused', resumption: 'bulk-continued', cancellation: 'bulk-cancelled', retries: 'bulk-retried' } as const
    await append(tx, act, {
      type: `template.${type[steering]}`,
      detail: { bulk: id, template: bulk.templateId, ...(rows ? { rows } : {}) },
      clear: { name },
    })
    if (steering === 'resumption' || steering === 'retries') await orderNext(tx, act.at, id)
  })
  tools.wake()
}

/** What was refused, and what came back to its sender as a draft. */
async function takeBackRefused(tx: Tx, id: string): Promise<number> {
  const again = await tx
    .updateTable('bulkRow')
    .set({ status: 'waiting', reason: null, params: null })
    .where('bulkId', '=', id)
    .where((where) =>
      where.or([
        where('status', '=', 'refused'),
        where.and([
          where('status', '=', 'sent'),
          where(
            'envelopeId',
            'in',
            where
              .selectFrom('envelope')
              .select('envelope.id')
              .where('envelope.status', '=', 'draft')
              .where('envelope.dispatchFailure', 'is not', null),
          ),
        ]),
      ]),
    )
    .executeTakeFirst()
  return Number(again.numUpdatedRows)
}
