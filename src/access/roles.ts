import type { UserRow } from '../db/database.ts'
import type { Permissions } from './permissions.ts'

/** A person of the house with what they may do. */
export type User = UserRow & { readonly permissions: Permissions }

type Rights = Pick<User, 'permissions'>

/** May sign for the company. */
export const maySign = ({ permissions }: Rights): boolean => permissions.signing.sign
/** May use the company's stamps. */
export const mayStamp = ({ permissions }: Rights): boolean => permissions.signing.stamp
/** Changes every document of the house: answers for whoever signs them without an account. */
export const oversees = ({ permissions }: Rights): boolean => permissions.documents.edit === 'all'

export const fullName = (user: Pick<User, 'firstName' | 'lastName'>): string => `${user.firstName} ${user.lastName}`.trim()
