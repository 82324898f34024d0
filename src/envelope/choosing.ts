import { searchWords } from '../db/containing.ts'
import { listCompanySigners } from '../access/users.ts'
import { fullName, type User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { addContact, findContact, listContacts } from '../contact/contacts.ts'
import type { RecipientSide } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { findDraft } from './drafting.ts'
import { listRecipients, type Recipient } from './envelope.ts'
import { acts } from './naming.ts'
import { addRecipient, companyDetailsOf, HIGHEST_ORDER, type RecipientDetails, recipientOfUser } from './recipients.ts'
import { nameOf } from './telling.ts'

type Owner = Pick<User, 'id' | 'role'>

/** Somebody whom the house knows already. */
export interface KnownPerson {
  readonly id: string
  readonly name: string
  readonly company: string
  readonly address: string
  readonly kind: 'staff' | 'contact'
}

/** Those who may sign for the company, then the directory; every word of the search stands in a name, a company or an address. */
export async function listKnownPeople(db: Db, search = '', most = 200): Promise<KnownPerson[]> {
  const words = searchWords(search.toLowerCase())
  const staff = (await listCompanySigners(db))
    .map((user): KnownPerson => ({ id: user.id, name: fullName(user), company: user.jobTitle, address: user.email, kind: 'staff' }))
    .filter(({ name, company, address }) => words.every((word) => `${name} ${company} ${address}`.toLowerCase().includes(word)))
  const contacts = (await listContacts(db, search, most)).map((contact): KnownPerson => ({
    id: contact.id,
    name: nameOf(contact) || contact.company,
    company: contact.company,
    address: contact.email ?? contact.phone ?? '',
    kind: 'contact',
  }))
  return [...staff, ...contacts].slice(0, most)
}

/** The company signs first, the other party next; those of one side act at the same time. */
export function usualOrder(recipients: readonly Pick<Recipient, 'role' | 'side' | 'routingOrder'>[], side: RecipientSide): number {
  if (side === 'company') return 1
  const ours = recipients.filter((recipient) => acts(recipient) && recipient.side === 'company').map(({ routingOrder }) => routingOrder)
  return Math.min(HIGHEST_ORDER, Math.max(0, ...ours) + 1)
}

/** Somebody of the staff signs for the company, a contact for the other party; everything else of theirs is known. */
export async function addKnownPerson(db: Db, act: UserAct, owner: Owner, envelopeId: string, id: string): Promise<Recipient> {
  const draft = await findDraft(db, owner, envelopeId)
  const recipients = await listRecipients(db, envelopeId)
  const user = (await listCompanySigners(db)).find((one) => one.id === id)
  if (user) {
    const entity = await findLegalEntity(db, draft.legalEntityId)
    return addRecipient(db, act, owner, envelopeId, recipientOfUser(user, entity))
  }
  const contact = await findContact(db, id)
  return addRecipient(db, act, owner, envelopeId, {
    side: 'other',
    role: 'signer',
    firstName: contact.firstName,
    lastName: contact.lastName,
    email: contact.email,
    phone: contact.phone,
    channel: contact.email ? 'email' : 'sms',
    language: contact.language ?? draft.language,
    routingOrder: usualOrder(recipients, 'other'),
    company: contact.company,
    companyDetails: '',
    jobTitle: contact.jobTitle,
    userId: null,
    contactId: contact.id,
  })
}

/** Somebody typed in; kept in the directory too where the sender wishes it and nobody there has that address. */
export async function addTypedPerson(
  db: Db,
  act: UserAct,
  owner: Owner,
  envelopeId: string,
  details: Omit<RecipientDetails, 'userId' | 'contactId' | 'routingOrder'> & { readonly routingOrder: number | null },
  { keep }: { readonly keep: boolean },
): Promise<Recipient> {
  const draft = await findDraft(db, owner, envelopeId)
  const routingOrder = details.routingOrder ?? usualOrder(await listRecipients(db, envelopeId), details.side)
  const own = details.side === 'company' && !details.company ? await findLegalEntity(db, draft.legalEntityId) : null
  const recipient = await addRecipient(db, act, owner, envelopeId, {
    ...details,
    ...(own ? { company: own.legalName, companyDetails: companyDetailsOf(own) } : {}),
    routingOrder,
    userId: null,
    contactId: null,
  })
  if (keep && !(await isKnown(db, details.email ?? details.phone ?? ''))) {
    const { firstName, lastName, email, phone, company, jobTitle, language } = details
    await addContact(db, act, { firstName, lastName, email, phone, company, jobTitle, language, comment: '' })
  }
  return recipient
}

const isKnown = async (db: Db, address: string): Promise<boolean> =>
  (await listContacts(db, address, 1)).some(({ email, phone }) => email?.toLowerCase() === address.toLowerCase() || phone === address)
