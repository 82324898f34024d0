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

/** What the tokens are called by which programs acted, by their id. */
export async function tokenNamesOf(db: Db, actors: readonly Actor[]): Promise<Map<string, string>> {
  const ids = [...new Set(actors.flatMap((actor) => (actor.kind === 'user' && actor.token ? [actor.token] : [])))]
  if (!ids.length) return new Map()
  const tokens = await db.selectFrom('apiToken').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(tokens.map(({ id, name }) => [id, name]))
}

/** The titles of envelopes, by their id. A draft without one, and one that was discarded, are left out. */
export async function titlesOf(db: Db, envelopes: readonly (string | null)[]): Promise<Map<string, string>> {
  const ids = [...new Set(envelopes.filter((id) => id !== null))]
  if (!ids.length) return new Map()
  const rows = await db.selectFrom('envelope').select(['id', 'title']).where('id', 'in', ids).where('title', '!=', '').execute()
  return new Map(rows.map(({ id, title }) => [id, title]))
}
