import type { UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'

/** Who oversees a person's work, without that person. */
export const supervisorsOf = (db: Db, userId: string): Promise<UserRow[]> =>
  db
    .selectFrom('user')
    .selectAll()
    .where('role', '=', 'supervisor')
    .where('disabledAt', 'is', null)
    .where('id', '!=', userId)
    .orderBy('lastName')
    .orderBy('id')
    .limit(20)
    .execute()
