import type { Reader } from '../access/reach.ts'
import { type Act, systemAct, type UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { DAY, type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { invitedRecipient } from './acting.ts'
import { remindersOf } from './drafting.ts'
import { type Envelope, findEnvelope, type Recipient } from './envelope.ts'
import { currentInvitation } from './invitation.ts'
import { nameOf, tellRecipient } from './telling.ts'

/** Nobody is reminded twice within so long, however often the button is pressed. */
const PAUSE = 5 * MINUTE

/** The sender's button. */
export function remind(db: Db, act: UserAct, user: Reader, envelopeId: string, recipientId: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { envelope, recipient } = await invitedRecipient(tx, user, envelopeId, recipientId)
    const { last } = await remindersSent(tx, recipient.id)
    if (last && act.at < later(last, PAUSE)) throw new Refusal('rate_limited', 'recipient.reminded-lately', { name: nameOf(recipient) })
    await tellAgain(tx, act, envelope, recipient)
  })
}

/** The job's round: whoever is asked and silent for as long as the envelope says, as often as it says. Answers how many were reminded. */
export async function remindTheSilent(db: Db, at: Instant): Promise<number> {
  const silent = await db
    .selectFrom('recipient')
    .innerJoin('envelope', 'envelope.id', 'recipient.envelopeId')
    .select('recipient.id')
    .where('recipient.status', '=', 'invited')
    .where('envelope.status', '=', 'sent')
    .execute()
  let reminded = 0
  for (const { id } of silent)
    await db.transaction().execute(async (tx) => {
      const recipient = await tx.selectFrom('recipient').selectAll().where('id', '=', id).where('status', '=', 'invited').executeTakeFirst()
      if (!recipient) return
      const envelope = await findEnvelope(tx, recipient.envelopeId)
      if (envelope.status !== 'sent' || !(await isDue(tx, at, envelope, recipient))) return
      await tellAgain(tx, systemAct(at), envelope, recipient)
      reminded++
    })
  return reminded
}

async function isDue(tx: Tx, at: Instant, envelope: Envelope, recipient: Recipient): Promise<boolean> {
  const { firstAfterDays, everyDays, most } = remindersOf(envelope)
  const { count, last } = await remindersSent(tx, recipient.id)
  if (!most || count >= most) return false
  const invitation = await currentInvitation(tx, recipient.id, at)
  if (!invitation) return false
  return at >= (last ? later(last, everyDays * DAY) : later(invitation.createdAt, firstAfterDays * DAY))
}

async function remindersSent(tx: Tx, recipientId: string): Promise<{ count: number; last: Instant | null }> {
  const rows = await tx
    .selectFrom('message')
    .select('createdAt')
    .where('recipientId', '=', recipientId)
    .where('kind', '=', 'reminder')
    .orderBy('createdAt')
    .execute()
  return { count: rows.length, last: rows.at(-1)?.createdAt ?? null }
}

async function tellAgain(tx: Tx, act: Act, envelope: Envelope, recipient: Recipient): Promise<void> {
  await tellRecipient(tx, act, 'reminder', envelope, recipient)
  await append(tx, act, {
    type: 'recipient.reminded',
    envelopeId: envelope.id,
    detail: { recipient: recipient.id },
    clear: { name: nameOf(recipient) },
  })
}
