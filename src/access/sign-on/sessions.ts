import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import type { IdentitySessionTable } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import type { Opened } from '../opening.ts'
import { tokenHash } from '../session.ts'

/** By which source a session was opened. Where it waits for a second factor, that is noted of the half and passed on; see `passOn`. */
export async function noteSession(
  tx: Tx,
  act: Act,
  opened: Opened,
  sourceId: string,
  subject: string,
  { providerSession = null, sealedToken = null }: Partial<Pick<IdentitySessionTable, 'providerSession' | 'sealedToken'>> = {},
): Promise<void> {
  const sessionId = opened.kind === 'open' ? opened.session.id : await halfOf(tx, opened.token)
  await tx.insertInto('identitySession').values({ sessionId, sourceId, subject, providerSession, sealedToken, createdAt: act.at }).execute()
}

const halfOf = async (tx: Tx, token: string): Promise<string> =>
  (await tx.selectFrom('halfSession').select('id').where('tokenHash', '=', tokenHash(token)).executeTakeFirstOrThrow()).id

/** The half session has become a whole one. */
export const passOn = (tx: Tx, halfId: string, sessionId: string): Promise<unknown> =>
  tx.updateTable('identitySession').set({ sessionId }).where('sessionId', '=', halfId).execute()

export const sessionOf = (db: Db, sessionId: string): Promise<IdentitySessionTable | undefined> =>
  db.selectFrom('identitySession').selectAll().where('sessionId', '=', sessionId).executeTakeFirst()

/** A provider ended its own session, or all of a person's: what they opened here ends too. Of which there are none, nothing is said. */
export async function endSessionsBySource(
  tx: Tx,
  act: Act,
  sourceId: string,
  { subject, providerSession }: { readonly subject: string | null; readonly providerSession: string | null },
): Promise<number> {
  let query = tx
    .selectFrom('identitySession')
    .innerJoin('userSession', 'userSession.id', 'identitySession.sessionId')
    .select(['userSession.id', 'userSession.userId'])
    .where('identitySession.sourceId', '=', sourceId)
    .where('userSession.endedAt', 'is', null)
  if (subject !== null) query = query.where('identitySession.subject', '=', subject)
  if (providerSession !== null) query = query.where('identitySession.providerSession', '=', providerSession)
  const sessions = await query.execute()
  for (const { id } of sessions) await tx.updateTable('userSession').set({ endedAt: act.at }).where('id', '=', id).execute()
  for (const userId of new Set(sessions.map((session) => session.userId)))
    await append(tx, act, {
      type: 'user.sessions-ended',
      detail: { user: userId, count: sessions.filter((session) => session.userId === userId).length },
    })
  return sessions.length
}
