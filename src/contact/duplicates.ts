import type { UserAct } from '../audit/act.ts'
import type { Db } from '../db/open.ts'
import { type Contact, contactFor } from './contacts.ts'
import type { Reader } from '../access/reach.ts'
import { visibleContacts } from './reach.ts'

export const WHYS = ['email', 'phone', 'name'] as const
export type Why = (typeof WHYS)[number]

/** Contacts that are probably one person, with what they have in common. */
export interface DuplicateGroup {
  readonly contacts: readonly Contact[]
  readonly whys: readonly Why[]
  /** Ids of those that the reader may change, and those that they may merge into another. */
  readonly editable: ReadonlySet<string>
  readonly removable: ReadonlySet<string>
}

export const MOST_GROUPS = 50
const MOST_IN_A_GROUP = 10

/** The same address, the same number, or the same name in the same company, whatever its case and accents. `more`: how many groups are not among these. */
export async function findDuplicates(db: Db, reader: Reader): Promise<{ groups: DuplicateGroup[]; more: number }> {
  const rows = await visibleContacts(db, reader, 'read')
    .select(['contact.id', 'contact.email', 'contact.phone', 'contact.nameKey', 'contact.companyKey'])
    // The one that is there longest stands first, and stays.
    .orderBy('contact.createdAt')
    .orderBy('contact.id')
    .execute()
  const distinct = new Set((await db.selectFrom('contactDistinct').selectAll().execute()).map((one) => pairOf(one.firstId, one.secondId)))
  const whys = new Map<string, { ids: string[]; why: Why }>()
  for (const { id, email, phone, nameKey, companyKey } of rows)
    for (const [why, key] of [
      ['email', email?.toLowerCase()],
      ['phone', phone],
      ['name', nameKey && companyKey && `${nameKey}\n${companyKey}`],
    ] as const) {
      if (!key) continue
      const same = whys.get(`${why} ${key}`)
      if (same) same.ids.push(id)
      else whys.set(`${why} ${key}`, { ids: [id], why })
    }
  const found = groupsOf([...whys.values()], distinct)
  const shown = found.slice(0, MOST_GROUPS)
  const ids = shown.flatMap((group) => group.ids.slice(0, MOST_IN_A_GROUP))
  const contacts = ids.length ? await db.selectFrom('contact').selectAll().where('id', 'in', ids).execute() : []
  const [editable, removable] = [await reached(db, reader, 'edit', ids), await reached(db, reader, 'delete', ids)]
  const byId = new Map(contacts.map((contact) => [contact.id, contact]))
  return {
    groups: shown.map((group) => ({
      contacts: group.ids.slice(0, MOST_IN_A_GROUP).flatMap((id) => byId.get(id) ?? []),
      whys: WHYS.filter((why) => group.whys.has(why)),
      editable,
      removable,
    })),
    more: found.length - shown.length,
  }
}

/** These two are not the same person: they are no longer told to be. */
export async function tellApart(db: Db, act: UserAct, reader: Reader, one: string, other: string): Promise<void> {
  const ids = [(await contactFor(db, reader, one, 'edit')).id, (await contactFor(db, reader, other, 'edit')).id].toSorted()
  await db
    .insertInto('contactDistinct')
    .values({ firstId: ids[0]!, secondId: ids[1]!, userId: act.actor.id, at: act.at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function reached(db: Db, reader: Reader, right: 'edit' | 'delete', ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (!ids.length) return new Set()
  const rows = await visibleContacts(db, reader, right).select('contact.id').where('contact.id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

const pairOf = (one: string, other: string): string => [one, other].toSorted().join(' ')

/** Whoever has something in common with one of a group stands in it too, unless told apart from everybody there. */
function groupsOf(
  sames: readonly { readonly ids: readonly string[]; readonly why: Why }[],
  distinct: ReadonlySet<string>,
): { ids: string[]; whys: Set<Why> }[] {
  const groupOf = new Map<string, { ids: string[]; whys: Set<Why> }>()
  for (const { ids, why } of sames)
    for (const [at, id] of ids.entries()) {
      const before = ids.slice(0, at).find((other) => !distinct.has(pairOf(id, other)))
      if (before === undefined) continue
      const [into, from] = [
        groupOf.get(before) ?? { ids: [before], whys: new Set<Why>() },
        groupOf.get(id) ?? { ids: [id], whys: new Set<Why>() },
      ]
      into.whys.add(why)
      if (into !== from) {
        into.ids.push(...from.ids)
        for (const one of from.whys) into.whys.add(one)
      }
      for (const one of into.ids) groupOf.set(one, into)
    }
  return [...new Set(groupOf.values())]
}
