import { join } from 'node:path'
import { sql } from 'kysely'
import { OVERSIGHT, readPermissions } from '../../access/permissions.ts'
import type { Reader } from '../../access/reach.ts'
import { DAY, instant, later } from '../../base/instant.ts'
import { migrate } from '../../db/migrate.ts'
import { type Db, openDb } from '../../db/open.ts'
import { readFigures, readOverview } from '../../envelope/overview.ts'
import { countUnread } from '../../notification/reading.ts'
import { best, type Figure, timed } from './figure.ts'

const MANY = 100_000
const FEW = 1_000
const NOW = instant('2026-11-23T12:00:00Z')
const WEEKS = Array.from({ length: 12 }, (_, week) => ({ from: later(NOW, (week - 12) * 7 * DAY), to: later(NOW, (week - 11) * 7 * DAY) }))
const OWN = readPermissions('{"documents":{"view":"own"}}')

/** Whoever oversees all, whoever sent nearly all of it, whoever sent little and whoever sent nothing. */
const READERS: readonly (readonly [name: string, reader: Reader])[] = [
  ['all', { id: 'u3', departmentId: null, permissions: OVERSIGHT }],
  ['own, nearly all', { id: 'u1', departmentId: null, permissions: OWN }],
  ['own, few', { id: 'u2', departmentId: null, permissions: OWN }],
  ['own, none', { id: 'u3', departmentId: null, permissions: OWN }],
]

/** Lists, figures and bell of the start page among a hundred thousand envelopes of twelve weeks, over the same among a thousand: of every reader the slowest. */
export async function startPage(folder: string): Promise<Figure> {
  const [many, few] = [await filled(join(folder, 'start-many.sqlite'), MANY), await filled(join(folder, 'start-few.sqlite'), FEW)]
  let worst: Figure | null = null
  for (const [told, reader] of READERS) {
    const ask = (db: Db) => ({
      run: async () => {
        await readOverview(db, reader, NOW)
        await readFigures(db, reader, WEEKS)
        await countUnread(db, reader.id)
      },
    })
    const measured = await best(5, ask(many), ask(few))
    if (!worst || measured.value > worst.value) worst = timed('start.page.1e5', measured, `the same among ${FEW} (${told})`)
  }
  await many.destroy()
  await few.destroy()
  return worst!
}

async function filled(path: string, count: number): Promise<Db> {
  const db = openDb(path)
  await migrate(db)
  const back = (days: string) => sql`strftime('%Y-%m-%dT%H:%M:%S.000Z', '2026-11-23', ${sql.raw(days)})`
  await sql`insert into legal_entity (id, legal_name, country, address, details, is_default, created_at) values ('ent_1', 'Acme', 'FR', '', '{}', 1, ${NOW})`.execute(
    db,
  )
  for (const id of ['u1', 'u2', 'u3'])
    await sql`insert into "user" (id, email, first_name, last_name, job_title, language, created_at) values (${id}, ${`${id}@acme.example`}, 'A', 'B', '', 'en', ${NOW})`.execute(
      db,
    )
  await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into envelope (id, title, sender_id, legal_entity_id, status, subject, message, language, deadline, reminders, version, is_sample, created_at, updated_at, dispatched_at, completed_at, ended_at)
    select 'env_' || i, 'Title ' || i, case when i % 100 then 'u1' else 'u2' end, 'ent_1',
      case when i % 10 < 4 then 'sent' when i % 10 < 9 then 'completed' else 'declined' end, '', '', 'en',
      ${back("(i % 90) || ' days'")}, '{}', 1, 0, ${NOW}, ${NOW}, ${back("'-' || (i % 84) || ' days'")},
      case when i % 10 between 4 and 8 then ${back("'-' || (i % 80) || ' days'")} end,
      case when i % 10 = 9 then ${back("'-' || (i % 80) || ' days'")} end from n`.execute(db)
  await sql`insert into recipient (id, envelope_id, position, side, role, first_name, last_name, channel, language, routing_order, company, company_details, job_title, asks_stamp, status)
    select 'r' || id, id, 0, 'other', 'signer', 'A', 'B', 'email', 'en', 1, '', '', '', 0, case when status = 'sent' then 'invited' else 'signed' end from envelope`.execute(
    db,
  )
  await sql`insert into notification (id, user_id, kind, key, envelope_id, params, mailing, created_at)
    select 'ntf_' || id, sender_id, 'signed', id, id, '{}', 'now', created_at from envelope`.execute(db)
  return db
}
