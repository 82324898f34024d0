import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { folded } from '../base/folded.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { ContactRow, Language } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import type { Reader } from '../access/reach.ts'
import { visibleContacts } from './reach.ts'

/** A signing party whom the company knows. */
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
  /** Registration numbers, address, bank of the party's company. */
  readonly companyDetails: string
}

export interface KeptDetails extends ContactDetails {
  /** Available to everyone; left out: as it is. */
  readonly isPublic?: boolean
}

export const NO_CONTACT: ContactDetails = {
  firstName: '',
  lastName: '',
  email: null,
  phone: null,
  company: '',
  jobTitle: '',
  language: null,
  comment: '',
  companyDetails: '',
}
export const DETAIL_NAMES = Object.keys(NO_CONTACT) as readonly (keyof ContactDetails)[]

/** not_found for what one may not see too. */
export async function findContact(db: Db, reader: Reader, id: string): Promise<Contact> {
  const contact = await visibleContacts(db, reader, 'read').selectAll('contact').where('contact.id', '=', id).executeTakeFirst()
  if (!contact) throw new Refusal('not_found', 'contact.unknown')
  return contact
}

/** Of a contact that one sees: forbidden where one may not do this to it. */
export async function contactFor(db: Db, reader: Reader, id: string, right: 'edit' | 'delete'): Promise<Contact> {
  const contact = await findContact(db, reader, id)
  if (!(await mayDo(db, reader, id, right))) throw new Refusal('forbidden', 'access.forbidden')
  return contact
}

export const mayDo = async (db: Db, reader: Reader, id: string, right: 'edit' | 'delete'): Promise<boolean> =>
  (await visibleContacts(db, reader, right).select('contact.id').where('contact.id', '=', id).executeTakeFirst()) !== undefined

export function addContact(db: Db, act: UserAct, details: KeptDetails): Promise<Contact> {
  refuseUnreachable(details)
  return db.transaction().execute(async (tx) => {
    const contact = await insertContact(tx, act, details)
    await append(tx, act, { type: 'contact.added', detail: { contact: contact.id }, clear: { name: nameOfContact(details) } })
    return contact
  })
}

/** `seen`: when what was looked at had been changed last; left out: whatever stands. */
export function changeContact(db: Db, act: UserAct, reader: Reader, id: string, details: KeptDetails, seen?: Instant): Promise<void> {
  refuseUnreachable(details)
  return db.transaction().execute(async (tx) => {
    const { updatedAt } = await contactFor(tx, reader, id, 'edit')
    if (seen !== undefined && updatedAt !== seen) throw new Refusal('conflict', 'request.changed')
    await updateContact(tx, act, id, details)
    await append(tx, act, { type: 'contact.changed', detail: { contact: id }, clear: { name: nameOfContact(details) } })
  })
}

/** Left out of every list from here on; envelopes keep what they were sent with. */
export function removeContact(db: Db, act: UserAct, reader: Reader, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const contact = await contactFor(tx, reader, id, 'delete')
    await tx.updateTable('contact').set({ removedAt: act.at, updatedAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'contact.removed', detail: { contact: id }, clear: { name: nameOfContact(contact) } })
  })
}

/** The row alone; whoever calls appends the event. */
export async function insertContact(tx: Tx, act: UserAct, details: KeptDetails): Promise<Contact> {
  const contact = rowOf(act, details)
  await tx.insertInto('contact').values(contact).execute()
  return contact
}

export const rowOf = (act: UserAct, details: KeptDetails): Contact => ({
  id: newId('con'),
  ownerId: act.actor.id,
  ...detailsOf(details),
  ...keysOf(details),
  mergedInto: null,
  isPublic: details.isPublic ? 1 : 0,
  createdAt: act.at,
  updatedAt: act.at,
  removedAt: null,
})

export const updateContact = (tx: Tx, act: Pick<UserAct, 'at'>, id: string, details: KeptDetails) =>
  tx
    .updateTable('contact')
    .set({
      ...detailsOf(details),
      ...keysOf(details),
      updatedAt: act.at,
      ...(details.isPublic === undefined ? {} : { isPublic: details.isPublic ? 1 : 0 }),
    })
    .where('id', '=', id)
    .execute()

/** What a contact is sorted, compared and found by. */
const keysOf = (details: ContactDetails) => ({
  nameKey: folded(`${details.lastName} ${details.firstName}`),
  companyKey: folded(details.company),
  searchText: folded(
    [details.firstName, details.lastName, details.company, details.jobTitle, details.email ?? '', details.phone ?? ''].join(' '),
  ),
})

/** The details alone, of anything that has them. */
export const detailsOf = (from: ContactDetails): ContactDetails => ({
  firstName: from.firstName,
  lastName: from.lastName,
  email: from.email,
  phone: from.phone,
  company: from.company,
  jobTitle: from.jobTitle,
  language: from.language,
  comment: from.comment,
  companyDetails: from.companyDetails,
})

function refuseUnreachable(details: ContactDetails): void {
  if (!details.email && !details.phone) throw new Refusal('invalid', 'contact.unreachable')
}

export const nameOfContact = (details: Pick<ContactDetails, 'firstName' | 'lastName' | 'company'>): string =>
  `${details.firstName} ${details.lastName}`.trim() || details.company
