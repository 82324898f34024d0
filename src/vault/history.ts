import { sentence } from '../audit/sentence.ts'
import { trailOf } from '../audit/trail.ts'
import type { Instant } from '../base/instant.ts'
import type { Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'

/** Events whose reason is for those who oversee every document, in the audit log. */
const PRIVATE: ReadonlySet<string> = new Set(['envelope.held', 'envelope.hold-lifted'])

export interface Happening {
  readonly at: Instant
  /** Who did it; null: the server itself. */
  readonly who: string | null
  readonly text: string
}

/** What happened to one envelope in plain words, newest first. That a message waits is told by its arriving, or by its not arriving. */
export async function historyOf(db: Db, language: Language, envelopeId: string): Promise<Happening[]> {
  const entries = await trailOf(db, envelopeId)
  const users = await db.selectFrom('user').select(['id', 'firstName', 'lastName']).execute()
  const recipients = await db.selectFrom('recipient').select(['id', 'firstName', 'lastName']).where('envelopeId', '=', envelopeId).execute()
  const names = new Map([...users, ...recipients].map(({ id, firstName, lastName }) => [id, `${firstName} ${lastName}`.trim()]))
  return entries
    .filter(({ type }) => type !== 'message.queued')
    .map((entry) => ({
      at: entry.at,
      who: 'id' in entry.actor ? (names.get(entry.actor.id) ?? null) : null,
      text: sentence(language, PRIVATE.has(entry.type) ? { ...entry, clear: { ...entry.clear, reason: null } } : entry),
    }))
    .reverse()
}
