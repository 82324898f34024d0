import type { Reader } from '../access/reach.ts'
import { folded } from '../base/folded.ts'
import { allows } from '../access/permissions.ts'
import { searchWords } from '../db/containing.ts'
import { listCompanySigners } from '../access/users.ts'
import { fullName } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { Refusal } from '../base/refusal.ts'
import { addContact, findContact } from '../contact/contacts.ts'
import { findContactByAddress, listContacts } from '../contact/directory.ts'
import type { RecipientRole, RecipientSide } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { companyDetailsOf, findLegalEntity } from '../setting/legal-entity.ts'
import { findDraft } from './drafting.ts'
import { type Envelope, listRecipients, type Recipient } from './envelope.ts'
import { acts } from './naming.ts'
import { addRecipient, changeRecipient, HIGHEST_ORDER, type RecipientDetails, recipientOfUser } from './recipients.ts'
import { nameOf } from './telling.ts'

/** Somebody whom the house knows already. */
export interface KnownPerson {
  readonly id: string
  readonly name: string
  readonly company: string
  readonly address: string
  readonly kind: 'staff' | 'contact'
}

/** Those who may sign for the company, then the directory; every word of the search stands in a name, a company or an address. */
export async function listKnownPeople(db: Db, reader: Reader, search = '', most = 200): Promise<KnownPerson[]> {
  const words = searchWords(folded(search))
  const staff = (await listCompanySigners(db))
    .map((user): KnownPerson => ({ id: user.id, name: fullName(user), company: user.jobTitle, address: user.email, kind: 'staff' }))
    .filter(({ name, company, address }) => words.every((word) => folded(`${name} ${company} ${address}`).includes(word)))
  const { contacts } = await listContacts(db, reader, { search, company: '', sort: 'name', after: '' }, most)
  const known = contacts.map((contact): KnownPerson => ({
    id: contact.id,
    name: nameOf(contact) || contact.company,
    company: contact.company,
    address: contact.email ?? contact.phone ?? '',
    kind: 'contact',
  }))
  return [...staff, ...known].slice(0, most)
}

type Standing = Pick<Recipient, 'role' | 'side' | 'routingOrder'>

/**
 * The company signs first, the other party next; those of one side and role act at the same time. Whoever approves does so before their side
 * signs, whoever attests after everybody has signed. `opens`: the turn is a new one, before which the later ones make room.
 */
export function usualTurn(
  recipients: readonly Standing[],
  { role, side }: Pick<Recipient, 'role' | 'side'>,
): { readonly order: number; readonly opens: boolean } {
  const acting = recipients.filter(acts)
  const same = acting.filter((one) => one.role === role && (role === 'witness' || one.side === side))
  const [first] = same.map(({ routingOrder }) => routingOrder).toSorted((a, b) => a - b)
  if (first !== undefined) return { order: first, opens: false }
  const order = Math.min(HIGHEST_ORDER, orderOf(acting, role, side))
  return { order, opens: role !== 'copy' && acting.some(({ routingOrder }) => routingOrder === order) }
}

function orderOf(acting: readonly Standing[], role: RecipientRole, side: RecipientSide): number {
  const after = (some: readonly Standing[]): number => Math.max(0, ...some.map(({ routingOrder }) => routingOrder)) + 1
  if (role === 'witness') return after(acting)
  const own = acting.filter((one) => one.side === side && one.role !== 'witness')
  if (role === 'approver' && own.length) return Math.min(...own.map(({ routingOrder }) => routingOrder))
  const before =
    side === 'company' ? own : acting.filter((one) => one.role !== 'witness' && (one.side === 'company' || one.role === 'approver'))
  return after(before)
}

/**
 * Somebody of the staff signs for the company, a contact for the other party; everything else of theirs is known. `into`: an open role of the
 * draft, which says what they do and when.
 */
export async function addKnownPerson(
  db: Db,
  act: UserAct,
  owner: Reader,
  envelopeId: string,
  id: string,
  into: string | null = null,
): Promise<Recipient> {
  const draft = await findDraft(db, owner, envelopeId)
  const recipients = await listRecipients(db, envelopeId)
  const person = await knownDetails(db, owner, draft, id)
  if (into) {
    const role = recipients.find((recipient) => recipient.id === into)
    if (!role) throw new Refusal('not_found', 'recipient.unknown')
    const filled = inRole(role, person)
    await changeRecipient(db, act, owner, envelopeId, into, filled)
    return { ...role, ...filled, roleName: role.roleName }
  }
  const { order, opens } = usualTurn(recipients, person)
  return addRecipient(db, act, owner, envelopeId, { ...person, routingOrder: order }, opens)
}

/** Who somebody is, in what a role asks: its side, kind and turn; its channel where they can be reached by it. */
export function inRole(
  role: Pick<Recipient, 'side' | 'role' | 'routingOrder' | 'channel' | 'roleName'>,
  person: RecipientDetails,
): RecipientDetails {
  const { side, routingOrder, roleName } = role
  const byRole = role.channel === 'sms' ? person.phone : person.email
  return { ...person, side, role: role.role, routingOrder, roleName, channel: byRole ? role.channel : person.channel }
}

async function knownDetails(db: Db, owner: Reader, draft: Envelope, id: string): Promise<RecipientDetails> {
  const user = (await listCompanySigners(db)).find((one) => one.id === id)
  if (user) return recipientOfUser(user, await findLegalEntity(db, draft.legalEntityId))
  const contact = await findContact(db, owner, id)
  return {
    side: 'other',
    role: 'signer',
    firstName: contact.firstName,
    lastName: contact.lastName,
    email: contact.email,
    phone: contact.phone,
    channel: contact.email ? 'email' : 'sms',
    language: contact.language ?? draft.language,
    routingOrder: 1,
    company: contact.company,
    companyDetails: contact.companyDetails,
    jobTitle: contact.jobTitle,
    userId: null,
    contactId: contact.id,
  }
}

/** Somebody typed in; kept in the directory too where the sender wishes it, unless somebody there has that address already. */
export async function addTypedPerson(
  db: Db,
  act: UserAct,
  owner: Reader,
  envelopeId: string,
  details: Omit<RecipientDetails, 'userId' | 'contactId' | 'routingOrder'> & { readonly routingOrder: number | null },
  { keep }: { readonly keep: boolean },
): Promise<Recipient> {
  const draft = await findDraft(db, owner, envelopeId)
  const turn = usualTurn(await listRecipients(db, envelopeId), details)
  const own = details.side === 'company' && !details.company ? await findLegalEntity(db, draft.legalEntityId) : null
  const known = details.side === 'company' ? null : await findContactByAddress(db, owner, details)
  const recipient = await addRecipient(
    db,
    act,
    owner,
    envelopeId,
    {
      ...details,
      ...(own ? { company: own.legalName, companyDetails: companyDetailsOf(own) } : {}),
      routingOrder: details.routingOrder ?? turn.order,
      userId: null,
      contactId: known && isSamePerson(known, details) ? known.id : null,
    },
    details.routingOrder === null && turn.opens,
  )
  if (!keep || known || !allows(owner.permissions.contacts.add)) return recipient
  const { firstName, lastName, email, phone, company, jobTitle, language, companyDetails } = details
  const { id } = await addContact(db, act, { firstName, lastName, email, phone, company, jobTitle, language, comment: '', companyDetails })
  await db.updateTable('recipient').set({ contactId: id }).where('id', '=', recipient.id).execute()
  return { ...recipient, contactId: id }
}

/** Several people may read one mailbox. */
const isSamePerson = (one: { readonly lastName: string }, other: { readonly lastName: string }): boolean =>
  folded(one.lastName) === folded(other.lastName)
