import { sql } from 'kysely'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { type Contact, contactFor, type ContactDetails, DETAIL_NAMES, detailsOf, nameOfContact, updateContact } from './contacts.ts'
import type { Reader } from '../access/reach.ts'

/** Whose value the merged contact has. */
export type MergeChoices = Readonly<Record<keyof ContactDetails, 'kept' | 'other' | 'both'>>

/** Only texts of several lines can be kept from both. */
export const BOTH: ReadonlySet<keyof ContactDetails> = new Set(['comment', 'companyDetails'])

export interface Merge {
  readonly id: string
  readonly at: Instant
  readonly mergedId: string
  /** Of the one that was taken in. */
  readonly name: string
}

/**
 * One contact of two: `keptId` stays and takes the chosen values, the other leaves the directory and points to it. Envelopes keep what they were sent with;
 * the history of the one that stays is that of both. `seen`: how both stood when the person chose.
 */
export function mergeContacts(
  db: Db,
  act: UserAct,
  reader: Reader,
  { keptId, otherId, choices, seen }: { keptId: string; otherId: string; choices: MergeChoices; seen: string },
): Promise<void> {
  return db.transaction().execute(async (tx) => {
    if (keptId === otherId) throw new Refusal('invalid', 'contact.merge-self')
    const kept = await contactFor(tx, reader, keptId, 'edit')
    const other = await contactFor(tx, reader, otherId, 'delete')
    if (seenOf(kept, other) !== seen) throw new Refusal('conflict', 'contact.moved-on')
    const details = merged(kept, other, choices)
    if (!details.email && !details.phone) throw new Refusal('invalid', 'contact.unreachable')
    if (!details.lastName) throw new Refusal('invalid', 'person.last-name-missing')
    await updateContact(tx, act, keptId, details)
    await tx.updateTable('contact').set({ removedAt: act.at, mergedInto: keptId, updatedAt: act.at }).where('id', '=', otherId).execute()
    await tx
      .insertInto('contactMerge')
      .values({
        id: newId('mrg'),
        keptId,
        mergedId: otherId,
        before: JSON.stringify(detailsOf(kept)),
        userId: act.actor.id,
        at: act.at,
        undoneAt: null,
      })
      .execute()
    await append(tx, act, {
      type: 'contact.merged',
      detail: { contact: keptId, other: otherId },
      // The name of the one that it is about, and of nobody else: an erasure finds it by that one.
      clear: { name: nameOfContact(kept) },
    })
  })
}

/** What the two looked like: another text where either of them has changed. */
export const seenOf = (kept: Pick<Contact, 'updatedAt'>, other: Pick<Contact, 'updatedAt'>): string =>
  `${kept.updatedAt} ${other.updatedAt}`

/** Those that were merged into a contact and can be brought back, the last one first. */
export async function mergesInto(db: Db, keptId: string): Promise<Merge[]> {
  const rows = await db
    .selectFrom('contactMerge')
    .innerJoin('contact', 'contact.id', 'contactMerge.mergedId')
    .select(['contactMerge.id', 'contactMerge.at', 'contactMerge.mergedId', 'contact.firstName', 'contact.lastName', 'contact.company'])
    .where('contactMerge.keptId', '=', keptId)
    .where('contactMerge.undoneAt', 'is', null)
    .where('contact.mergedInto', '=', keptId)
    .orderBy('contactMerge.at', 'desc')
    .execute()
  return rows.map(({ id, at, mergedId, ...name }) => ({ id, at, mergedId, name: nameOfContact(name) }))
}

/** The other one is back as it was; the one that stayed too, unless it was changed since. Answers whether it is. */
export function undoMerge(db: Db, act: UserAct, reader: Reader, keptId: string, mergeId: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const kept = await contactFor(tx, reader, keptId, 'edit')
    const merge = (await mergesInto(tx, keptId)).find(({ id }) => id === mergeId)
    if (!merge) throw new Refusal('not_found', 'contact.merge-unknown')
    const { before } = await tx.selectFrom('contactMerge').select('before').where('id', '=', mergeId).executeTakeFirstOrThrow()
    await tx.updateTable('contact').set({ removedAt: null, mergedInto: null, updatedAt: act.at }).where('id', '=', merge.mergedId).execute()
    const isUntouched = kept.updatedAt === merge.at
    if (isUntouched) await updateContact(tx, act, keptId, JSON.parse(before) as ContactDetails)
    await tx.updateTable('contactMerge').set({ undoneAt: act.at }).where('id', '=', mergeId).execute()
    await append(tx, act, {
      type: 'contact.merge-undone',
      detail: { contact: merge.mergedId, other: keptId },
      clear: { name: merge.name },
    })
    return isUntouched
  })
}

/** The contact itself and all that were merged into it, however often; ids. */
export const withMerged = (id: string) =>
  sql<string>`(with recursive one(id) as (select id from contact where id = ${id} union select contact.id from contact join one on contact.merged_into = one.id) select id from one)`

function merged(kept: ContactDetails, other: ContactDetails, choices: MergeChoices): ContactDetails {
  const details: Record<string, unknown> = {}
  for (const name of DETAIL_NAMES) {
    const both = [kept[name], other[name]].filter((value, at, all) => value && all.indexOf(value) === at)
    details[name] =
      choices[name] === 'both' && BOTH.has(name) ? both.join('\n').slice(0, 1_000) : choices[name] === 'other' ? other[name] : kept[name]
  }
  return details as unknown as ContactDetails
}
