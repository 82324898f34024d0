import type { Actor } from '../audit/act.ts'
import type { Db } from '../db/open.ts'

/** The names of people who acted, by their id, whether they have an account or came by a link. */
export async function namesOf(db: Db, actors: readonly Actor[]): Promise<Map<string, string>> {
  const ids = [...new Set(actors.flatMap((actor) => ('id' in actor ? [actor.id] : [])))]
  if (!ids.length) return new Map()
  const users = await db.selectFrom('user').select(['id', 'firstName', 'lastName']).where('id', 'in', ids).execute()
  const recipients = await db.selectFrom('recipient').select(['id', 'firstName', 'lastName']).where('id', 'in', ids).execute()
  return new Map([...users, ...recipients].map(({ id, firstName, lastName }) => [id, `${firstName} ${lastName}`.trim()]))
}
