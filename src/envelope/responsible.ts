import { fullName } from '../access/roles.ts'
import { findUser } from '../access/users.ts'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Envelope, findEnvelope } from './envelope.ts'

/** Who looks after it: the sender, until somebody else is named. */
export const responsibleOf = ({ responsibleId, senderId }: Pick<Envelope, 'responsibleId' | 'senderId'>): string =>
  responsibleId ?? senderId

/** The new one sees the envelope as their own, and the sender still does. Refused for somebody who may no longer sign in. */
export async function changeResponsible(tx: Tx, act: Act, envelopeId: string, userId: string): Promise<void> {
  const envelope = await findEnvelope(tx, envelopeId)
  const user = await findUser(tx, userId)
  if (user.disabledAt) throw new Refusal('conflict', 'envelope.responsible-gone')
  const before = responsibleOf(envelope)
  if (before === userId) return
  await tx
    .updateTable('envelope')
    .set({ responsibleId: userId === envelope.senderId ? null : userId })
    .where('id', '=', envelopeId)
    .execute()
  await append(tx, act, {
    type: 'envelope.responsible-changed',
    envelopeId,
    detail: { user: userId, before },
    clear: { name: fullName(user) },
  })
}

export const appoint = (db: Db, act: Act, envelopeId: string, userId: string): Promise<void> =>
  db.transaction().execute((tx) => changeResponsible(tx, act, envelopeId, userId))
