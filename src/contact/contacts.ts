import { contains, searchWords } from '../db/containing.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { ContactRow, Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'

/** A signing party whom the company knows. Everybody in the house sees them; nobody outside does. */
export type Contact = ContactRow

export interface ContactDetails {
  readonly firstName: string
  readonly lastName: string
  readonly email: string | null
  readonly phone: string | null
  readonly company: string
  readonly jobTitle: string
  readonly language: Language | null
  readonly comment: string
}

export const CONTACTS_AT_ONCE = 200

/** By name; every word of the search stands in a name, the company, the address or the number. */
export function listContacts(db: Db, search = '', limit = CONTACTS_AT_ONCE): Promise<Contact[]> {
  let query = db.selectFrom('contact').selectAll().where('removedAt', 'is', null)
  for (const word of searchWords(search))
    query = query.where((where) => where.or(['firstName', 'lastName', 'company', 'email', 'phone'].map((column) => contains(column, word))))
  return query.orderBy('lastName').orderBy('firstName').limit(limit).execute()
}

export async function findContact(db: Db, id: string): Promise<Contact> {
  const contact = await db.selectFrom('contact').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()
  if (!contact) throw new Refusal('not_found', 'contact.unknown')
  return contact
}

export function addContact(db: Db, act: UserAct, details: ContactDetails): Promise<Contact> {
  refuseUnreachable(details)
  return db.transaction().execute(async (tx) => {
    const contact: Contact = { id: newId('con'), ownerId: act.actor.id, ...details, createdAt: act.at, updatedAt: act.at, removedAt: null }
    await tx.insertInto('contact').values(contact).execute()
    await append(tx, act, { type: 'contact.added', detail: { contact: contact.id }, clear: { name: nameOf(details) } })
    return contact
  })
}

export function changeContact(db: Db, act: UserAct, id: string, details: ContactDetails): Promise<void> {
  refuseUnreachable(details)
  return db.transaction().execute(async (tx) => {
    await findContact(tx, id)
    await tx
      .updateTable('contact')
      .set({ ...details, updatedAt: act.at })
      .where('id', '=', id)
      .execute()
    await append(tx, act, { type: 'contact.changed', detail: { contact: id }, clear: { name: nameOf(details) } })
  })
}

/** Left out of every list from here on; envelopes keep what they were sent with. */
export function removeContact(db: Db, act: UserAct, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const contact = await findContact(tx, id)
    await tx.updateTable('contact').set({ removedAt: act.at, updatedAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'contact.removed', detail: { contact: id }, clear: { name: nameOf(contact) } })
  })
}

function refuseUnreachable(details: ContactDetails): void {
  if (!details.email && !details.phone) throw new Refusal('invalid', 'contact.unreachable')
}

const nameOf = (details: Pick<ContactDetails, 'firstName' | 'lastName' | 'company'>): string =>
  `${details.firstName} ${details.lastName}`.trim() || details.company
