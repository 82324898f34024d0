import { sql } from 'kysely'
import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { readDay } from '../base/day.ts'
import { newId } from '../base/id.ts'
import { type Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { RetentionClassRow } from '../db/database.ts'
import { isPostgres } from '../db/dialect.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { findFolder } from './folders.ts'
import { reachOf } from './reach.ts'
import { seenRow } from './register.ts'

export type RetentionClass = RetentionClassRow

/** The job that reckons anew until when each entry is kept. */
export const RECKONING = 'vault.retention'
const AT_ONCE = 20_000

/** Classes, and what is disposed of, are for whoever may delete every document. */
export const mayDispose = ({ permissions }: Pick<Reader, 'permissions'>): boolean =>
  permissions.vault.open && permissions.documents.delete === 'all'
export function refuseUnlessDisposer(reader: Reader): void {
  if (!mayDispose(reader)) throw new Refusal('forbidden', 'access.forbidden')
}

export interface ClassFacts {
  readonly name: string
  readonly years: number | null
  readonly until: string | null
  readonly action: RetentionClass['action']
  readonly isDefault: boolean
}

export const listClasses = (db: Db): Promise<RetentionClass[]> =>
  db.selectFrom('retentionClass').selectAll().where('removedAt', 'is', null).orderBy('name').execute()

export const listRules = (db: Db): Promise<{ kind: string; classId: string }[]> => db.selectFrom('retentionRule').selectAll().execute()

export async function findClass(db: Db, id: string): Promise<RetentionClass> {
  const row = await db.selectFrom('retentionClass').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'retention.unknown')
  return row
}

/** Null: a new one. */
export async function keepClass(db: Db, act: UserAct, reader: Reader, id: string | null, facts: ClassFacts): Promise<string> {
  refuseUnlessDisposer(reader)
  const { name, years, until, action } = facts
  if (!name.trim()) throw new Refusal('invalid', 'retention.name-missing')
  if ((years === null) === (until === null) || (until !== null && !readDay(until))) throw new Refusal('invalid', 'retention.end-missing')
  return db.transaction().execute(async (tx) => {
    const kept = { name: name.trim().slice(0, 100), years, until, action, isDefault: facts.isDefault ? 1 : 0 }
    if (facts.isDefault) await tx.updateTable('retentionClass').set({ isDefault: 0 }).execute()
    const known = id ? await findClass(tx, id) : null
    const classId = known?.id ?? newId('rtc')
    if (known) await tx.updateTable('retentionClass').set(kept).where('id', '=', classId).execute()
    else
      await tx
        .insertInto('retentionClass')
        .values({ id: classId, ...kept, createdAt: act.at, removedAt: null })
        .execute()
    await append(tx, act, {
      type: known ? 'retention.class-changed' : 'retention.class-added',
      detail: { class: classId, years, until, action, default: facts.isDefault },
      clear: { name: kept.name },
    })
    await reckonAll(tx, act.at)
    return classId
  })
}

/** What was kept by it is kept by what holds otherwise. */
export async function removeClass(db: Db, act: UserAct, reader: Reader, id: string): Promise<void> {
  refuseUnlessDisposer(reader)
  await db.transaction().execute(async (tx) => {
    const { name, isDefault } = await findClass(tx, id)
    if (isDefault) throw new Refusal('conflict', 'retention.in-use')
    await tx.updateTable('retentionClass').set({ removedAt: act.at }).where('id', '=', id).execute()
    await tx.updateTable('vaultEntry').set({ classId: null }).where('classId', '=', id).execute()
    await tx.updateTable('vaultFolder').set({ classId: null }).where('classId', '=', id).execute()
    await tx.deleteFrom('retentionRule').where('classId', '=', id).execute()
    await append(tx, act, { type: 'retention.class-removed', detail: { class: id }, clear: { name } })
    await reckonAll(tx, act.at)
  })
}

export type Assigned = { readonly folder: string } | { readonly kind: string } | { readonly envelope: string }

/** Null takes the class away: then the next wider one holds. not_found for a folder or a document that is closed to the reader. */
export async function assignClass(db: Db, act: UserAct, reader: Reader, to: Assigned, classId: string | null): Promise<void> {
  refuseUnlessDisposer(reader)
  await db.transaction().execute(async (tx) => {
    const name = classId ? (await findClass(tx, classId)).name : '–'
    if ('folder' in to) {
      const { id } = await findFolder(tx, await reachOf(tx, reader), to.folder)
      await tx.updateTable('vaultFolder').set({ classId }).where('id', '=', id).execute()
    } else if ('kind' in to) {
      await tx.deleteFrom('retentionRule').where('kind', '=', to.kind).execute()
      if (classId) await tx.insertInto('retentionRule').values({ kind: to.kind, classId }).execute()
    } else {
      const { seq } = await seenRow(tx, reader, to.envelope)
      await tx.updateTable('vaultEntry').set({ classId }).where('seq', '=', seq).execute()
      await reckon(tx, seq, seq)
    }
    const envelopeId = 'envelope' in to ? to.envelope : undefined
    await append(tx, act, {
      type: 'retention.assigned',
      ...(envelopeId ? { envelopeId } : {}),
      detail: { class: classId, ...('folder' in to ? { folder: to.folder } : {}) },
      clear: { name },
    })
    if (!envelopeId) await reckonAll(tx, act.at)
  })
}

/** The class that somebody chose for the entry; else the nearest folder's, the kind's, the default. */
const classOf = sql`coalesce(
  (select c.id from retention_class c where c.id = vault_entry.class_id and c.removed_at is null),
  (with recursive above (id, parent_id, class_id, depth) as (
      select id, parent_id, class_id, 0 from vault_folder where id = vault_entry.folder_id
      union all select f.id, f.parent_id, f.class_id, depth + 1 from vault_folder f join above on f.id = above.parent_id where above.class_id is null and depth < 40)
    select class_id from above where class_id is not null order by depth limit 1),
  (select r.class_id from retention_rule r where r.kind = vault_entry.kind and vault_entry.kind <> ''),
  (select c.id from retention_class c where c.is_default = 1 and c.removed_at is null))`

const LATER = sql`strftime('%Y-%m-%dT%H:%M:%fZ', vault_entry.completed_at, '+' || c.years || ' years')`
/** The 29th of February is the 1st of March where there is none. */
const LATER_THERE = sql`to_char(cast(substr(vault_entry.completed_at, 1, 23) as timestamp) + make_interval(years => cast(c.years as int))
  + case when substr(vault_entry.completed_at, 6, 5) = '02-29' and extract(day from cast(substr(vault_entry.completed_at, 1, 23) as timestamp)
  + make_interval(years => cast(c.years as int))) = 28 then interval '1 day' else interval '0' end, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Years are those of the calendar; a day is kept to its end, in UTC. */
export async function reckon(tx: Tx, from: number, to: number): Promise<void> {
  await sql`update vault_entry set due_at = (select case when c.until is not null then c.until || 'T23:59:59.999Z'
      else ${isPostgres(tx) ? LATER_THERE : LATER} end
    from retention_class c where c.id = ${classOf})
    where seq between ${from} and ${to}`.execute(tx)
}

const reckonAll = (tx: Tx, at: Instant): Promise<void> => enqueue(tx, at, { kind: RECKONING, payload: { after: 0, of: newId('rck') } })

/** The job: so many rows, then the next ones; done twice it does the same. */
export async function reckonSome(db: Db, at: Instant, after: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await reckon(tx, after + 1, after + AT_ONCE)
    const more = await tx
      .selectFrom('vaultEntry')
      .select('seq')
      .where('seq', '>', after + AT_ONCE)
      .limit(1)
      .executeTakeFirst()
    if (more) await enqueue(tx, at, { kind: RECKONING, payload: { after: after + AT_ONCE } })
  })
}

/** How an entry is kept: by which class, and by whose choice. */
export async function keepingOf(db: Db, seq: number): Promise<{ class: RetentionClass | null; dueAt: Instant | null }> {
  const { rows } = await sql<{
    classId: string | null
    dueAt: Instant | null
  }>`select ${classOf} as class_id, due_at from vault_entry where seq = ${seq}`.execute(db)
  const { classId, dueAt } = rows[0] ?? { classId: null, dueAt: null }
  return { class: classId ? await findClass(db, classId) : null, dueAt }
}
