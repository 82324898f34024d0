import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Language } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { fullName, type Role, type User } from './roles.ts'
import { endSessions } from './session.ts'

/** What an administrator decides about a person. */
export interface UserDetails {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly jobTitle: string
  readonly phone: string | null
  readonly language: Language
  readonly role: Role
  readonly maySign: boolean
  readonly mayStamp: boolean
}

/** What a person decides about themselves. */
export type OwnDetails = Pick<UserDetails, 'firstName' | 'lastName' | 'jobTitle' | 'phone' | 'language'>

/** Without a password hash the person sets their password by the link of their first visit. */
export async function addUser(tx: Tx, act: Act, details: UserDetails, passwordHash: string | null = null): Promise<User> {
  const row: User = { id: newId('usr'), ...columnsOf(details), passwordHash, createdAt: act.at, disabledAt: null }
  await refuseTakenAddress(tx, row.email, null)
  await tx.insertInto('user').values(row).execute()
  await append(tx, act, { type: 'user.added', detail: { user: row.id, role: row.role }, clear: { name: fullName(row), email: row.email } })
  return row
}

export function changeUser(db: Db, act: Act, id: string, details: UserDetails): Promise<User> {
  return db.transaction().execute(async (tx) => {
    const before = await findUser(tx, id)
    const columns = columnsOf(details)
    await refuseTakenAddress(tx, columns.email, id)
    if (columns.role !== 'administrator') await keepOneAdministrator(tx, before)
    await tx.updateTable('user').set(columns).where('id', '=', id).execute()
    const after = { ...before, ...columns }
    await append(tx, act, {
      type: 'user.changed',
      detail: { user: id, role: after.role },
      clear: { name: fullName(after), email: after.email },
    })
    // A session keeps no right that its user has lost, but a change of role is a new beginning all the same.
    if (before.role !== after.role) await endSessions(tx, act, id, null)
    return after
  })
}

export function changeOwnDetails(db: Db, act: Act, id: string, details: OwnDetails): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { firstName, lastName, jobTitle, phone, language } = details
    await tx.updateTable('user').set({ firstName, lastName, jobTitle, phone, language }).where('id', '=', id).execute()
    await append(tx, act, { type: 'user.changed', detail: { user: id }, clear: { name: fullName(details) } })
  })
}

/** The person can no longer sign in, and every session of theirs ends with the same commit. What they did stays theirs. */
export function disableUser(db: Db, act: Act, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const user = await findUser(tx, id)
    if (user.disabledAt) return
    await keepOneAdministrator(tx, user)
    await tx.updateTable('user').set({ disabledAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'user.disabled', detail: { user: id }, clear: { name: fullName(user) } })
    await endSessions(tx, act, id, null)
  })
}

export function enableUser(db: Db, act: Act, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const user = await findUser(tx, id)
    if (!user.disabledAt) return
    await tx.updateTable('user').set({ disabledAt: null }).where('id', '=', id).execute()
    await append(tx, act, { type: 'user.enabled', detail: { user: id }, clear: { name: fullName(user) } })
  })
}

export async function findUser(db: Db, id: string): Promise<User> {
  const user = await db.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst()
  if (!user) throw new Refusal('not_found', 'user.not-found')
  return user
}

/** By the address they sign in with, in any case. Null also where the text is no address. */
export async function findUserByAddress(db: Db, typed: string): Promise<User | null> {
  const email = addressOf(typed)
  return (email && (await db.selectFrom('user').selectAll().where('email', '=', email).executeTakeFirst())) || null
}

export const listUsers = (db: Db): Promise<User[]> => db.selectFrom('user').selectAll().orderBy('lastName').orderBy('firstName').execute()

/** Who may be chosen as the company's signer. */
export const listCompanySigners = (db: Db): Promise<User[]> =>
  db
    .selectFrom('user')
    .selectAll()
    .where('disabledAt', 'is', null)
    .where('maySign', '=', 1)
    .orderBy('lastName')
    .orderBy('firstName')
    .execute()

export const addressOf = (typed: string): string | null => readEmailAddress(typed)?.toLowerCase() ?? null

function columnsOf(details: UserDetails): Omit<User, 'id' | 'passwordHash' | 'createdAt' | 'disabledAt'> {
  const email = addressOf(details.email)
  if (!email) throw new Refusal('invalid', 'user.address-invalid')
  const { firstName, lastName, jobTitle, phone, language, role } = details
  return {
    email,
    firstName,
    lastName,
    jobTitle,
    phone,
    language,
    role,
    maySign: details.maySign ? 1 : 0,
    mayStamp: details.mayStamp ? 1 : 0,
  }
}

async function refuseTakenAddress(tx: Tx, email: string, except: string | null): Promise<void> {
  const taken = await tx.selectFrom('user').select('id').where('email', '=', email).executeTakeFirst()
  if (taken && taken.id !== except) throw new Refusal('conflict', 'user.address-taken', { email })
}

async function keepOneAdministrator(tx: Tx, leaving: User): Promise<void> {
  if (leaving.role !== 'administrator' || leaving.disabledAt) return
  const other = await tx
    .selectFrom('user')
    .select('id')
    .where('role', '=', 'administrator')
    .where('disabledAt', 'is', null)
    .where('id', '!=', leaving.id)
    .executeTakeFirst()
  if (!other) throw new Refusal('conflict', 'user.last-administrator')
}
