import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Language, UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { giveRole } from './assigning.ts'
import { covers } from './permissions.ts'
import type { Reader } from './reach.ts'
import { EMPLOYEE, holdersOf, permissionsOf } from './rights.ts'
import { fullName, type User } from './roles.ts'
import { endSessions } from './session.ts'
import { endTokens } from './token-ending.ts'
import { type OwnedField, originOf, ownedFields } from './sign-on/owned.ts'
import { changingRights } from './standing.ts'
import { tellOwner } from './telling.ts'

/** What an administrator decides about a person. */
export interface UserDetails {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly jobTitle: string
  readonly phone: string | null
  readonly language: Language
}

export interface NewUser extends UserDetails {
  /** Ids; an employee, where nobody says otherwise. */
  readonly roles?: readonly string[]
  /** Where it was decided before; else a new one. */
  readonly id?: string
}

/** What a person decides about themselves. */
export type OwnDetails = Omit<UserDetails, 'email'>

/** Without a password hash the person sets their password by the link of their first visit. */
export async function addUser(
  tx: Tx,
  act: Act,
  { roles = [EMPLOYEE], id = newId('usr'), ...details }: NewUser,
  passwordHash: string | null = null,
): Promise<User> {
  const row: UserRow = { id, ...columnsOf(details), passwordHash, createdAt: act.at, disabledAt: null, departmentId: null, isService: 0 }
  await refuseTakenAddress(tx, row.email, null)
  await tx.insertInto('user').values(row).execute()
  for (const role of new Set(roles)) await giveRole(tx, act, { kind: 'user', id: row.id }, role)
  await append(tx, act, {
    type: 'user.added',
    detail: { user: row.id, roles: roles.join(' ') },
    clear: { name: fullName(row), email: row.email },
  })
  return withRights(tx, row)
}

export async function changeUser(tx: Tx, act: Act, reader: Reader, id: string, details: UserDetails): Promise<User> {
  const before = await findUser(tx, id)
  const columns = columnsOf(details)
  if (Object.entries(columns).some(([name, value]) => value !== before[name as keyof typeof columns])) refuseHigher(reader, before)
  if (columns.email !== before.email) refuseTakingOver(reader, before)
  await refuseOwned(tx, before, columns)
  await refuseTakenAddress(tx, columns.email, id)
  await tx.updateTable('user').set(columns).where('id', '=', id).execute()
  const after = { ...before, ...columns }
  await append(tx, act, { type: 'user.changed', detail: { user: id }, clear: { name: fullName(after), email: after.email } })
  // To the address that the account had: its owner learns of it there.
  if (columns.email !== before.email) await tellOwner(tx, act, after, 'address-changed', { address: before.email, name: after.email })
  return after
}

/** What a directory or a provider says of somebody is changed there alone. */
async function refuseOwned(tx: Tx, before: UserRow, after: Partial<Pick<UserRow, OwnedField>>): Promise<void> {
  const owned = await ownedFields(tx, before.id)
  if (![...owned].some((field) => after[field] !== undefined && after[field] !== before[field])) return
  throw new Refusal('conflict', 'source.owned', { name: (await originOf(tx, before.id))?.name ?? '' })
}

/** Nobody decides about a person who may do more than they themselves: neither what is written of them, nor whether they sign in, nor where a link goes. */
export function refuseHigher(reader: Reader, user: Pick<User, 'permissions'>): void {
  if (mayDoMore(reader, user)) throw new Refusal('forbidden', 'user.may-do-more')
}

/** For a page too: whether it shows the button. */
export const mayDoMore = (reader: Reader, user: Pick<User, 'permissions'>): boolean =>
  !reader.permissions.permissions.edit && !covers(reader.permissions, user.permissions)

/** Whoever decides to which address an account's link goes could sign in as its owner, whose documents are theirs alone, at equal rights too. */
export function refuseTakingOver(reader: Reader, user: Pick<User, 'id' | 'passwordHash'>): void {
  if (!reader.permissions.permissions.edit && user.id !== reader.id && user.passwordHash !== null)
    throw new Refusal('forbidden', 'user.address-in-use')
}

export function changeOwnDetails(db: Db, act: Act, id: string, details: OwnDetails): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { firstName, lastName, jobTitle, phone, language } = details
    await refuseOwned(tx, await findUser(tx, id), { firstName, lastName, jobTitle, phone })
    await tx.updateTable('user').set({ firstName, lastName, jobTitle, phone, language }).where('id', '=', id).execute()
    await append(tx, act, { type: 'user.changed', detail: { user: id }, clear: { name: fullName(details) } })
  })
}

/** The person can no longer sign in, and every session and token of theirs ends with the same commit. What they did stays theirs. Null: whoever owns the machine. */
export const disableUser = (db: Db, act: Act, reader: Reader | null, id: string): Promise<void> =>
  db.transaction().execute((tx) => disableUserIn(tx, act, reader, id))

export async function disableUserIn(tx: Tx, act: Act, reader: Reader | null, id: string): Promise<void> {
  const user = await findUser(tx, id)
  const isSources = await endSourcesNo(tx, id)
  if (user.disabledAt && !isSources) return
  if (reader) refuseHigher(reader, user)
  await changingRights(tx, reader, () =>
    tx
      .updateTable('user')
      .set({ disabledAt: user.disabledAt ?? act.at })
      .where('id', '=', id)
      .execute(),
  )
  await append(tx, act, { type: 'user.disabled', detail: { user: id }, clear: { name: fullName(user) } })
  await endSessions(tx, act, id, null)
  await endTokens(tx, act, id)
}

/** From here on it is a person's decision, which the source does not undo. Whether it was the source's. */
async function endSourcesNo(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('identity')
    .set({ disabledAt: null })
    .where('userId', '=', id)
    .where('disabledAt', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export function enableUser(db: Db, act: Act, reader: Reader | null, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const user = await findUser(tx, id)
    if (!user.disabledAt) return
    if (reader) refuseHigher(reader, user)
    await endSourcesNo(tx, id)
    await tx.updateTable('user').set({ disabledAt: null }).where('id', '=', id).execute()
    await append(tx, act, { type: 'user.enabled', detail: { user: id }, clear: { name: fullName(user) } })
  })
}

export async function findUser(db: Db, id: string): Promise<User> {
  const user = await db.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst()
  if (!user) throw new Refusal('not_found', 'user.not-found')
  return withRights(db, user)
}

/** By the address they sign in with, in any case. Null also where the text is no address. */
export async function findUserByAddress(db: Db, typed: string): Promise<User | null> {
  const email = addressOf(typed)
  const user = email && (await db.selectFrom('user').selectAll().where('email', '=', email).executeTakeFirst())
  return user ? withRights(db, user) : null
}

export const withRights = async (db: Db, user: UserRow): Promise<User> => ({ ...user, permissions: await permissionsOf(db, user) })

export const listUsers = (db: Db): Promise<UserRow[]> =>
  db.selectFrom('user').selectAll().orderBy('lastName').orderBy('firstName').execute()

/** Who may be chosen as the company's signer: a person, never a program. */
export async function listCompanySigners(db: Db): Promise<UserRow[]> {
  const may = await holdersOf(db, ({ signing }) => signing.sign)
  return (await listUsers(db)).filter(({ id, disabledAt, isService }) => disabledAt === null && !isService && may.has(id))
}

export const addressOf = (typed: string): string | null => readEmailAddress(typed)?.toLowerCase() ?? null

function columnsOf(details: UserDetails): Omit<UserRow, 'id' | 'passwordHash' | 'createdAt' | 'disabledAt' | 'departmentId' | 'isService'> {
  const email = addressOf(details.email)
  if (!email) throw new Refusal('invalid', 'user.address-invalid')
  const { firstName, lastName, jobTitle, phone, language } = details
  return { email, firstName, lastName, jobTitle, phone, language }
}

async function refuseTakenAddress(tx: Tx, email: string, except: string | null): Promise<void> {
  const taken = await tx.selectFrom('user').select('id').where('email', '=', email).executeTakeFirst()
  if (taken && taken.id !== except) throw new Refusal('conflict', 'user.address-taken', { email })
}
