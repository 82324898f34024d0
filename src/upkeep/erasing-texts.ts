import { type Expression, sql, type SqlBool } from 'kysely'
import { folded } from '../base/folded.ts'
import { contains } from '../db/containing.ts'
import type { Db, Tx } from '../db/open.ts'
import { ERASED, type Person } from './persons.ts'

/** What in a text says who a person is. */
export interface Traces {
  /** E-mail addresses, telephone numbers and whole names, wherever they stand. */
  readonly whole: readonly string[]
  /** First and last names: theirs alone where nobody else bears them, and in texts about their envelopes. */
  readonly own: readonly string[]
  readonly names: readonly string[]
  readonly addresses: ReadonlySet<string>
  readonly envelopes: ReadonlySet<string>
}

/** To be read before the names are taken away. */
export async function tracesOf(db: Db, { places, addresses }: Person): Promise<Traces> {
  const distinct = (texts: readonly string[]): string[] => [...new Set(texts.map((text) => text.trim()).filter(({ length }) => length > 1))]
  const names = distinct(places.flatMap(({ firstName, lastName }) => [firstName, lastName])).filter((name) => name !== ERASED)
  const whole = distinct([
    ...addresses,
    ...places.flatMap(({ firstName, lastName }) => (firstName.trim() ? [`${firstName} ${lastName}`, `${lastName} ${firstName}`] : [])),
  ])
  const ids = ['', ...places.map(({ id }) => id)]
  const own: string[] = []
  for (const name of names) if (!(await isBorneByOthers(db, name, ids))) own.push(name)
  return {
    whole,
    own,
    names,
    addresses: new Set(addresses.map((address) => address.toLowerCase())),
    envelopes: new Set(places.flatMap(({ envelope }) => envelope?.id ?? [])),
  }
}

async function isBorneByOthers(db: Db, name: string, ids: readonly string[]): Promise<boolean> {
  const written = name.toLowerCase()
  for (const table of ['user', 'contact', 'recipient'] as const) {
    const other = await db
      .selectFrom(table)
      .select('id')
      .where(sql<boolean>`(lower(first_name) = ${written} or lower(last_name) = ${written})`)
      .where('id', 'not in', ids)
      .limit(1)
      .executeTakeFirst()
    if (other) return true
  }
  return false
}

/** The text without the person. Names are taken as whole words, whatever their case; what a person is called is never a pattern. */
export function without(traces: Traces, text: string, envelopeId: string | null = null): string {
  const words = envelopeId && traces.envelopes.has(envelopeId) ? traces.names : traces.own
  const needles = [...traces.whole, ...words].sort((a, b) => b.length - a.length)
  if (!needles.length) return text
  const written = needles.map((needle) => needle.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replace(/\s+/g, '\\s+'))
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])(?:${written.join('|')})(?![\\p{L}\\p{N}])`, 'giu'), ERASED)
}

/** The same in every text of a JSON value. */
function withoutInJson(traces: Traces, json: string, envelopeId: string | null): string {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return without(traces, value, envelopeId)
    if (Array.isArray(value)) return value.map(walk)
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]))
    return value
  }
  return JSON.stringify(walk(JSON.parse(json)))
}

/** As the search of a list is kept in an address. */
function withoutInQuery(traces: Traces, query: string): string {
  const params = new URLSearchParams(query)
  for (const [name, value] of [...params]) params.set(name, without(traces, value))
  return params.toString()
}

/**
 * What people and rules wrote of a person beside the log: notes, the log of the rules, what others were told in the page, rows of bulk sends, requests on
 * public pages, saved views. What is written stays; who it was about goes.
 */
export async function eraseTexts(tx: Tx, person: Person, traces: Traces): Promise<void> {
  await eraseNotes(tx, traces)
  await eraseTold(tx, traces)
  await eraseBulkRows(tx, traces)
  await eraseRequests(tx, person)
  await eraseViews(tx, traces)
}

/** Rows whose text may name the person, or that are about their envelopes. */
const mayName = (traces: Traces, column: string, envelopeColumn?: string) => {
  const needles = [...new Set([...traces.whole, ...traces.own].flatMap((one) => [one, one.toLowerCase(), one.toUpperCase()]))]
  const found: Expression<SqlBool>[] = needles.map((needle) => contains(column, JSON.stringify(needle).slice(1, -1)))
  if (envelopeColumn && traces.envelopes.size) found.push(sql<boolean>`${sql.ref(envelopeColumn)} in (${sql.join([...traces.envelopes])})`)
  return found.length ? sql<boolean>`(${sql.join(found, sql` or `)})` : sql<boolean>`1 = 0`
}

async function eraseNotes(tx: Tx, traces: Traces): Promise<void> {
  const notes = await tx
    .selectFrom('envelopeNote')
    .select(['id', 'envelopeId', 'text'])
    .where(mayName(traces, 'text', 'envelopeId'))
    .execute()
  for (const { id, envelopeId, text } of notes) {
    const rest = without(traces, text, envelopeId)
    if (rest !== text) await tx.updateTable('envelopeNote').set({ text: rest }).where('id', '=', id).execute()
  }
  const runs = await tx
    .selectFrom('ruleRun')
    .select(['id', 'envelopeId', 'detail'])
    .where(mayName(traces, 'detail', 'envelopeId'))
    .execute()
  for (const { id, envelopeId, detail } of runs) {
    const rest = withoutInJson(traces, detail, envelopeId)
    if (rest !== detail) await tx.updateTable('ruleRun').set({ detail: rest }).where('id', '=', id).execute()
  }
}

/** In the page and by message. What still waits names nobody either. */
async function eraseTold(tx: Tx, traces: Traces): Promise<void> {
  for (const table of ['notification', 'message'] as const) {
    const rows = await tx
      .selectFrom(table)
      .select(['id', 'envelopeId', 'params'])
      .where(mayName(traces, 'params', 'envelopeId'))
      .execute()
    for (const { id, envelopeId, params } of rows) {
      const rest = withoutInJson(traces, params, envelopeId)
      if (rest !== params) await tx.updateTable(table).set({ params: rest }).where('id', '=', id).execute()
    }
  }
}

/** A row that is not sent yet has no address any more, and is refused for it. */
async function eraseBulkRows(tx: Tx, traces: Traces): Promise<void> {
  const rows = await tx
    .selectFrom('bulkRow')
    .selectAll()
    .where(mayName(traces, 'cells', 'envelopeId'))
    .execute()
  for (const { bulkId, line, cells, params, envelopeId } of rows) {
    // One line is about whoever has their address in it.
    const isTheirs = (JSON.parse(cells) as string[]).some((cell) => traces.addresses.has(cell.trim().toLowerCase()))
    const about = isTheirs ? ([...traces.envelopes][0] ?? null) : envelopeId
    const rest = { cells: withoutInJson(traces, cells, about), params: params && withoutInJson(traces, params, about) }
    if (rest.cells !== cells || rest.params !== params)
      await tx.updateTable('bulkRow').set(rest).where('bulkId', '=', bulkId).where('line', '=', line).execute()
  }
  const files = await tx.selectFrom('bulkSend').select(['id', 'fileName']).execute()
  for (const { id, fileName } of files)
    if (traces.own.some((name) => folded(fileName).includes(folded(name))))
      await tx.updateTable('bulkSend').set({ fileName: ERASED }).where('id', '=', id).execute()
}

/** What they asked for on public pages. */
export async function requestsOf(db: Db, { places, addresses }: Person): Promise<{ id: string; envelopeId: string | null }[]> {
  const names = new Set(places.map(({ lastName }) => folded(lastName)))
  const envelopes = new Set(places.flatMap(({ envelope }) => envelope?.id ?? []))
  const rows = await db
    .selectFrom('selfServiceRequest')
    .select(['id', 'lastName', 'envelopeId'])
    .where(sql<string>`lower(address)`, 'in', ['', ...addresses.map((address) => address.toLowerCase())])
    .execute()
  return rows.filter(({ lastName, envelopeId }) => names.has(folded(lastName)) || (envelopeId !== null && envelopes.has(envelopeId)))
}

/** A request that led to nothing leaves nothing, and its message is not sent any more. */
async function eraseRequests(tx: Tx, person: Person): Promise<void> {
  for (const { id, envelopeId } of await requestsOf(tx, person)) {
    const isAbout = contains('params', `"${id}"`)
    const which = tx.selectFrom('message').select('id').where(isAbout)
    await tx.updateTable('messageAttempt').set({ detail: '' }).where('messageId', 'in', which).execute()
    const waiting = ['waiting', 'sending'] as const
    await tx.updateTable('message').set({ status: 'withdrawn' }).where('status', 'in', waiting).where(isAbout).execute()
    await tx.updateTable('message').set({ address: ERASED, params: '{}' }).where(isAbout).execute()
    const nobody = { firstName: '', lastName: ERASED, address: ERASED }
    if (envelopeId) await tx.updateTable('selfServiceRequest').set(nobody).where('id', '=', id).execute()
    else await tx.deleteFrom('selfServiceRequest').where('id', '=', id).execute()
  }
}

async function eraseViews(tx: Tx, traces: Traces): Promise<void> {
  for (const { id, name, query } of await tx.selectFrom('savedView').select(['id', 'name', 'query']).execute()) {
    const plain = new URLSearchParams(query).toString()
    const rest = { name: without(traces, name), query: withoutInQuery(traces, query) }
    if (rest.name !== name || rest.query !== plain) await tx.updateTable('savedView').set(rest).where('id', '=', id).execute()
  }
}
