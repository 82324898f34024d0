import { sql } from 'kysely'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'

/**
 * Takes out sessions, what stood before a second factor, and links for a new password, that began before then: all have been over for long, and the log
 * keeps what happened. The newest session of each person stays, so that it is known who has been here before.
 */
export async function forgetOldSessions(db: Db, before: Instant): Promise<void> {
  await db
    .deleteFrom('userSession')
    .where('createdAt', '<', before)
    .where(
      sql<boolean>`exists (select 1 from user_session as newer where newer.user_id = user_session.user_id
      and (newer.created_at > user_session.created_at or (newer.created_at = user_session.created_at and newer.id > user_session.id)))`,
    )
    .execute()
  await db.deleteFrom('halfSession').where('createdAt', '<', before).execute()
  await db.deleteFrom('passwordLink').where('createdAt', '<', before).execute()
  await db.deleteFrom('identitySession').where('createdAt', '<', before).execute()
}
