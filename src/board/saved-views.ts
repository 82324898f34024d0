import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { SavedViewRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

export type SavedView = SavedViewRow
export type Surface = SavedView['surface']

const MOST_VIEWS = 30

/** A person's own, in their order. */
export const listViews = (db: Db, userId: string): Promise<SavedView[]> =>
  db.selectFrom('savedView').selectAll().where('userId', '=', userId).orderBy('position').orderBy('id').execute()

async function findView(tx: Tx, userId: string, id: string): Promise<SavedView> {
  const view = await tx.selectFrom('savedView').selectAll().where('id', '=', id).where('userId', '=', userId).executeTakeFirst()
  if (!view) throw new Refusal('not_found', 'saved-view.unknown')
  return view
}

/** One of the same name gets the new filters. Answers whether it was there. */
export function saveView(
  db: Db,
  act: UserAct,
  { name, surface, query }: Pick<SavedView, 'name' | 'surface' | 'query'>,
): Promise<{ readonly isNew: boolean }> {
  const userId = act.actor.id
  return db.transaction().execute(async (tx) => {
    const views = await listViews(tx, userId)
    const same = views.find((view) => view.name.toLowerCase() === name.toLowerCase())
    if (same) await tx.updateTable('savedView').set({ name, surface, query }).where('id', '=', same.id).execute()
    else {
      if (views.length >= MOST_VIEWS) throw new Refusal('conflict', 'saved-view.too-many')
      const position = (views.at(-1)?.position ?? -1) + 1
      await tx
        .insertInto('savedView')
        .values({ id: newId('view'), userId, name, surface, query, isDefault: 0, position, createdAt: act.at })
        .execute()
    }
    await recordChange(tx, act)
    return { isNew: !same }
  })
}

export function renameView(db: Db, act: UserAct, id: string, name: string): Promise<void> {
  return changing(db, act, id, (tx) => tx.updateTable('savedView').set({ name }).where('id', '=', id).execute())
}

/** The one that the list of documents opens with, or none any more. */
export function setDefaultView(db: Db, act: UserAct, id: string, isDefault: boolean): Promise<void> {
  return changing(db, act, id, async (tx) => {
    await tx.updateTable('savedView').set({ isDefault: 0 }).where('userId', '=', act.actor.id).execute()
    if (isDefault) await tx.updateTable('savedView').set({ isDefault: 1 }).where('id', '=', id).execute()
  })
}

export function shiftView(db: Db, act: UserAct, id: string, by: -1 | 1): Promise<void> {
  return changing(db, act, id, async (tx) => {
    const views = await listViews(tx, act.actor.id)
    const at = views.findIndex((view) => view.id === id)
    if (at + by < 0 || at + by >= views.length) return
    views.splice(at + by, 0, ...views.splice(at, 1))
    for (const [position, view] of views.entries()) await tx.updateTable('savedView').set({ position }).where('id', '=', view.id).execute()
  })
}

/** Answers its name. */
export async function removeView(db: Db, act: UserAct, id: string): Promise<string> {
  let name = ''
  await changing(db, act, id, async (tx, view) => {
    name = view.name
    await tx.deleteFrom('savedView').where('id', '=', id).execute()
  })
  return name
}

function changing(db: Db, act: UserAct, id: string, change: (tx: Tx, view: SavedView) => Promise<unknown>): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await change(tx, await findView(tx, act.actor.id, id))
    await recordChange(tx, act)
  })
}

const recordChange = (tx: Tx, act: UserAct): Promise<number> => append(tx, act, { type: 'saved-view.changed' })

export const addressOfView = ({ surface, query }: Pick<SavedView, 'surface' | 'query'>): string =>
  `/${surface === 'board' ? 'board' : 'envelopes'}?${query || 'group=all'}`
