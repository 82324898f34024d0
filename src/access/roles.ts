import type { UserRow } from '../db/database.ts'

export type User = UserRow
export type Role = User['role']

export const ROLES: readonly Role[] = ['employee', 'supervisor', 'administrator']

type WithRole = Pick<User, 'role'>

/** May change settings, users and the authority, and read the audit log. */
export const isAdministrator = (user: WithRole): boolean => user.role === 'administrator'
/** Sees every envelope, not their own alone. */
export const seesEverything = (user: WithRole): boolean => user.role !== 'employee'

/** May annul what was finished, and reinstate it. */
export const mayAnnul = (user: WithRole): boolean => seesEverything(user)

/** May keep a finished document from being erased, and let it go again. */
export const mayHold = (user: WithRole): boolean => seesEverything(user)

/** May sign for the company. */
export const maySign = (user: Pick<User, 'maySign'>): boolean => user.maySign === 1
/** May use the company's stamps. */
export const mayStamp = (user: Pick<User, 'mayStamp'>): boolean => user.mayStamp === 1

export const fullName = (user: Pick<User, 'firstName' | 'lastName'>): string => `${user.firstName} ${user.lastName}`.trim()
