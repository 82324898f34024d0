import { join } from 'node:path'
import { sql } from 'kysely'
import { migrate } from '../../db/migrate.ts'
import { type Db, openDb } from '../../db/open.ts'
import { EVERYTHING, type VaultQuery } from '../../vault/filters.ts'
import { OVERSIGHT, readPermissions } from '../../access/permissions.ts'
import type { Reader } from '../../access/reach.ts'
import { searchVault } from '../../vault/register.ts'
import { best, type Figure, timed } from './figure.ts'

/** A vault of many rows and one of few, in files of their own, made once for every figure that asks. */
export interface Vaults {
  readonly many: Db
  readonly few: Db
}

const MANY = 1_000_000
const FEW = 1_000
const PEOPLE = 1_000

export async function openVaults(folder: string): Promise<Vaults> {
  return { many: await filled(join(folder, 'many.sqlite'), MANY), few: await filled(join(folder, 'few.sqlite'), FEW) }
}

type Question = readonly [name: string, reader: Reader, query: Partial<VaultQuery>, afterPages?: number]

const all: Reader = { id: 'u1', departmentId: null, permissions: OVERSIGHT }
const own: Reader = { id: 'u7', departmentId: null, permissions: readPermissions('{"vault":{"open":true,"documents":"own"}}') }

/** With 50 people, who sent one document in twenty. */
const department: Reader = {
  id: 'u7',
  departmentId: 'dep',
  permissions: readPermissions('{"vault":{"open":true,"documents":"department"}}'),
}

/** The register by every order, filter and level. */
const PAGES: readonly Question[] = [
  ['all', all, {}],
  ['all, tenth page', all, {}, 10],
  ['all, oldest', all, { sort: 'oldest' }],
  ['all by title', all, { sort: 'title' }],
  ['all by party', all, { sort: 'party' }],
  ['all by size', all, { sort: 'size' }],
  ['annulled by title', all, { stage: 'annulled', sort: 'title' }],
  ['under hold', all, { stage: 'held' }],
  ['a rare kind', all, { kind: 'Licence' }],
  ['a frequent kind by title', all, { kind: 'Contract', sort: 'title' }],
  ['a narrow amount', all, { least: 99_999_000, most: 99_999_900 }],
  ['a wide amount', all, { least: 1_000 }],
  ['a day by party', all, { from: '2020-03-01T00:00:00.000Z', until: '2020-03-02T00:00:00.000Z', sort: 'party' }],
  ['a year', all, { from: '2020-01-01T00:00:00.000Z', until: '2021-01-01T00:00:00.000Z' }],
  ['own', own, {}],
  ['own, tenth page', own, {}, 10],
  ['own by title', own, { sort: 'title' }],
  ['department', department, {}],
  ['department, tenth page', department, {}, 10],
  ['department by title', department, { sort: 'title' }],
  ['own of a rare kind', own, { kind: 'Licence' }],
]

/** Words that every document has, that few have, that one has, phrases, beginnings, and what no document has. */
const SEARCHES: readonly Question[] = [
  ['a word of every document', all, { search: 'agreement' }],
  ['a word of every document, tenth page', all, { search: 'agreement' }, 10],
  ['a beginning of many words', all, { search: 'na' }],
  ['two words', all, { search: 'agreement name42' }],
  ['a phrase', all, { search: '"between the parties"' }],
  ['one document', all, { search: 'number777777' }],
  ['a few by title', all, { search: 'name421', sort: 'title' }],
  ['nothing', all, { search: 'xylophone' }],
  ['a party', all, { party: 'person77' }],
  ['own, a word of every document', own, { search: 'agreement' }],
  ['department, a word of every document', department, { search: 'agreement' }],
  ['department, one word', department, { search: 'name42' }],
  ['own, one word', own, { search: 'name42' }],
  ['annulled, a word of every document', all, { search: 'agreement', stage: 'annulled' }],
]

export const vaultPages = (vaults: Vaults): Promise<Figure> => slowest('vault.page.1e6', vaults, PAGES)
export const vaultSearches = (vaults: Vaults): Promise<Figure> => slowest('vault.search.1e6', vaults, SEARCHES)

/** Of every question the slowest, over the same question of a thousand rows. */
async function slowest(name: string, { many, few }: Vaults, questions: readonly Question[]): Promise<Figure> {
  let worst: Figure | null = null
  for (const [told, reader, part, pages = 0] of questions) {
    const query = { ...EVERYTHING, ...part }
    const [after, short] = [await cursorAfter(many, reader, query, pages), await cursorAfter(few, reader, query, 0)]
    const ask = (db: Db, cursor: typeof after) => ({ run: () => searchVault(db, reader, query, { after: cursor }) })
    const measured = await best(5, ask(many, after), ask(few, short))
    if (process.stderr.isTTY) process.stderr.write(`${name}  ${told}: ${measured.value.toFixed(1)} ms\n`)
    if (!worst || measured.value > worst.value)
      worst = timed(name, measured, `the same over ${FEW} rows; the slowest of ${questions.length}: ${told}`)
  }
  return worst!
}

async function cursorAfter(db: Db, reader: Reader, query: VaultQuery, pages: number) {
  let after = null
  for (let page = 0; page < pages; page++) after = (await searchVault(db, reader, query, { after })).next
  return after
}

/** The rows that a page shows, made by the database itself: a house of a thousand people, ten years, one document in a hundred annulled. */
async function filled(path: string, count: number): Promise<Db> {
  const db = openDb(path)
  await migrate(db)
  await sql`pragma synchronous = off`.execute(db)
  const step = Math.max(1, Math.floor((10 * 365 * 86_400) / count))
  const n = sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})`
  const at = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 1420070400 + i * ${step}, 'unixepoch')`
  await sql`insert into department (id, parent_id, name, created_at) values ('dep', null, 'Sales', '2015-01-01T00:00:00.000Z')`.execute(db)
  await sql`insert into user (id, email, first_name, last_name, job_title, language, department_id, created_at)
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${PEOPLE})
    select 'u' || i, 'u' || i || '@bench.example', 'Person' || i, 'Sender', '', 'en', case when i <= 50 then 'dep' end, '2015-01-01T00:00:00.000Z' from n`.execute(
    db,
  )
  await sql`insert into legal_entity (id, legal_name, country, address, details, is_default, created_at)
    values ('ent', 'Bench', 'GB', '', '{}', 1, '2015-01-01T00:00:00.000Z')`.execute(db)
  await sql`insert into envelope (id, title, sender_id, legal_entity_id, status, subject, message, language, reminders, version, is_sample, created_at, updated_at, dispatched_at, completed_at)
    ${n} select 'e' || i, 'Agreement ' || (i * 7919 % 1000003), 'u' || (i % ${PEOPLE} + 1), 'ent', 'completed', '', '', 'en', '', 1, 0, ${at}, ${at}, ${at}, ${at} from n`.execute(
    db,
  )
  await sql`insert into document (id, envelope_id, position, title, file_name, document_id, original_digest, source_digest, pages, findings, created_at)
    ${n} select 'd' || i, 'e' || i, 0, 'Agreement ' || i, 'agreement.pdf', 'ID' || i, '', '', '[{},{}]', '{}', ${at} from n`.execute(db)
  await sql`insert into recipient (id, envelope_id, position, side, role, first_name, last_name, channel, language, routing_order, company, company_details, job_title, asks_stamp, status)
    ${n} select 'r' || i, 'e' || i, 0, 'other', 'signer', 'Person' || (i * 31 % 9973), 'Client', 'email', 'en', 1, 'Company' || (i % 4999), '', '', 0, 'signed' from n`.execute(
    db,
  )
  await sql`insert into revision (document_id, number, kind, object_digest, size, head, facts, created_at)
    ${n} select 'd' || i, 0, 'time-stamped', 'g' || i, i * 37 % 900000, '{}', '{}', ${at} from n`.execute(db)
  await sql`insert into vault_entry (envelope_id, owner_id, completed_at, title, title_key, parties, party_key, size, stage, is_held, origin, kind, amount, currency, indexed_at)
    ${n} select 'e' || i, 'u' || (i % ${PEOPLE} + 1), ${at}, 'Agreement ' || (i * 7919 % 1000003), 'agreement ' || (i * 7919 % 1000003),
      'Person' || (i * 31 % 9973) || ' Client · Company' || (i % 4999), 'person' || (i * 31 % 9973) || ' client', i * 37 % 900000,
      case when i % 100 = 3 then 'annulled' else 'in-force' end, case when i % 5000 = 1 then 1 else 0 end, 'issued',
      case when i % 9000 = 5 then 'Licence' when i % 2 then 'Contract' else 'Lease' end,
      case when i % 3 then i * 97 % 100000000 else null end, 'EUR', ${at} from n`.execute(db)
  await sql`insert into vault_person (user_id, completed_at, seq) select owner_id, completed_at, seq from vault_entry`.execute(db)
  await sql`insert into vault_text (rowid, keys, heading, parties, body)
    ${n} select i, 'u' || 'u' || (i % ${PEOPLE} + 1), 'Agreement ' || (i * 7919 % 1000003), 'Person' || (i * 31 % 9973) || ' Client Company' || (i % 4999),
      'This agreement number' || i || ' between the parties concerns name' || (i % 997) || ' and the delivery of name' || (i % 89) || ' to place' || (i % 4001) || ' under term' || (i % 13) from n`.execute(
    db,
  )
  return db
}
