import { fullName, maySign, oversees, type User } from '../access/roles.ts'
import { findUserByAddress, findUser } from '../access/users.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { Recipient } from './envelope.ts'
import { addressOf, isOpenRole, nameOf } from './telling.ts'

type Named = Pick<Recipient, 'side' | 'role' | 'firstName' | 'lastName' | 'email' | 'phone' | 'channel' | 'jobTitle'> & {
  readonly roleName?: string | null
}

/**
 * Who a recipient is to the house, from their address as it is now: asked when they are chosen and again when they are corrected. Whoever signs
 * for the company is one of its people with that right, under their own name; somebody without an account may be named only by a sender
 * who may sign for the company or oversees it, or anybody could sign in its name under an address of their own. Link and code go where the account
 * says, and nowhere else: whoever typed another number would sign under that person's name. Null: no sender names them.
 */
export async function entitled<T extends Named>(db: Db, owner: Pick<User, 'id'> | null, person: T): Promise<T & { userId: string | null }> {
  // A role that nobody fills yet: whoever does is asked about then.
  if (isOpenRole(person)) return { ...person, userId: null }
  if (!nameOf(person)) throw new Refusal('invalid', 'person.name-missing')
  if (!addressOf(person)) throw new Refusal('invalid', person.channel === 'sms' ? 'recipient.phone-missing' : 'recipient.email-missing')
  const found = person.email ? await findUserByAddress(db, person.email) : null
  const user = found?.disabledAt === null ? found : null
  if (person.side !== 'company' || person.role !== 'signer') return { ...person, userId: user?.id ?? null }
  if (user) {
    if (!maySign(user)) throw new Refusal('invalid', 'recipient.may-not-sign', { name: fullName(user) })
    if (!isTheirs(person, user)) throw new Refusal('invalid', 'recipient.number-not-theirs', { name: fullName(user) })
    const { firstName, lastName, email, phone } = user
    return { ...person, firstName, lastName, email, phone, jobTitle: person.jobTitle || user.jobTitle, userId: user.id }
  }
  const sender = owner && (await findUser(db, owner.id))
  if (!sender || (!maySign(sender) && !oversees(sender))) throw new Refusal('invalid', 'recipient.company-signer-unknown')
  return { ...person, userId: null }
}

/** The channel by which they are reached is that of their account. */
export const isTheirs = (person: Pick<Recipient, 'channel' | 'email' | 'phone'>, user: Pick<User, 'email' | 'phone'>): boolean =>
  person.channel === 'sms' ? user.phone !== null && person.phone === user.phone : person.email?.toLowerCase() === user.email.toLowerCase()

/** The right as it is today: withdrawn, it ends with the next step, whatever was begun under it. */
export async function refuseUnentitled(
  db: Db,
  recipient: Pick<Recipient, 'userId' | 'side' | 'role' | 'firstName' | 'lastName'>,
): Promise<void> {
  if (!recipient.userId || recipient.side !== 'company' || recipient.role !== 'signer') return
  const user = await findUser(db, recipient.userId)
  if (user.disabledAt || !maySign(user)) throw new Refusal('forbidden', 'recipient.may-not-sign', { name: nameOf(recipient) })
}
