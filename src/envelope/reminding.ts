import type { Reader } from '../access/reach.ts'
import { type Act, systemAct, type UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { DAY, type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Calendar, readCalendar } from '../setting/working-days.ts'
import { invitedRecipient } from './acting.ts'
import { type Reminders, remindersOf } from './drafting.ts'
import { type Envelope, findEnvelope, findEnvelopeFor, listRecipients, type Recipient } from './envelope.ts'
import { currentInvitation } from './invitation.ts'
import { nextReminder } from './reminder-times.ts'
import { nameOf, tellRecipient } from './telling.ts'

/** Nobody is reminded twice within so long, however often the button is pressed. */
const PAUSE = 5 * MINUTE
/** Further off than any usual reminder: looked at anew each round, since a clock that went back would leave it there for ever. */
const FAR = 20 * DAY
const AT_ONCE = 500

/** The sender's button. */
export function remind(db: Db, act: UserAct, user: Reader, envelopeId: string, recipientId: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { envelope, recipient } = await invitedRecipient(tx, user, envelopeId, recipientId)
    const { lastReminder } = await writtenTo(tx, recipient.id)
    if (lastReminder && act.at < later(lastReminder, PAUSE))
      throw new Refusal('rate_limited', 'recipient.reminded-lately', { name: nameOf(recipient) })
    await tellAgain(tx, act, envelope, recipient)
    await scheduleReminder(tx, act.at, envelope, recipient)
  })
}

/** How often those who are silent are reminded from now on: never, every day, every so many days. */
export function changeReminders(db: Db, act: UserAct, user: Reader, envelopeId: string, reminders: Reminders): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const envelope = await findEnvelopeFor(tx, user, envelopeId, 'edit')
    if (envelope.status !== 'sent') throw new Refusal('conflict', 'envelope.over')
    const changed = { ...envelope, reminders: JSON.stringify(reminders) }
    await tx.updateTable('envelope').set({ reminders: changed.reminders, updatedAt: act.at }).where('id', '=', envelopeId).execute()
    await append(tx, act, { type: 'envelope.reminders-changed', envelopeId, detail: { ...reminders } })
    await scheduleReminders(tx, act.at, changed)
  })
}

/** Whose turn it is, after something that they depend on has changed. */
export async function scheduleReminders(tx: Tx, at: Instant, envelope: Envelope): Promise<void> {
  for (const recipient of await listRecipients(tx, envelope.id))
    if (recipient.status === 'invited') await scheduleReminder(tx, at, envelope, recipient)
}

/** Notes when somebody is reminded next by themselves, so that the round finds them by that moment alone. */
export async function scheduleReminder(tx: Tx, at: Instant, envelope: Envelope, recipient: Pick<Recipient, 'id'>): Promise<void> {
  const remindAt = await reminderOf(tx, at, envelope, recipient, await readCalendar(tx))
  await tx.updateTable('recipient').set({ remindAt }).where('id', '=', recipient.id).where('status', '=', 'invited').execute()
}

/**
 * The job's round: whoever is asked and silent for as long as the envelope says, as often as it says. The moment that was noted is looked up anew:
 * what has changed since counts. It moves in the transaction that reminds, so that nobody is reminded twice for it. Answers how many were reminded.
 */
export async function remindTheSilent(db: Db, at: Instant): Promise<number> {
  const calendar = await readCalendar(db)
  let reminded = 0
  for (;;) {
    const due = await db
      .selectFrom('recipient')
      .innerJoin('envelope', 'envelope.id', 'recipient.envelopeId')
      .select('recipient.id')
      .where((where) => where.or([where('recipient.remindAt', '<=', at), where('recipient.remindAt', '>', later(at, FAR))]))
      .where('recipient.status', '=', 'invited')
      .where('envelope.status', '=', 'sent')
      .orderBy('recipient.remindAt')
      .orderBy('recipient.id')
      .limit(AT_ONCE)
      .execute()
    const before = reminded
    let moved = 0
    for (const { id } of due)
      await db.transaction().execute(async (tx) => {
        const recipient = await tx
          .selectFrom('recipient')
          .selectAll()
          .where('id', '=', id)
          .where('status', '=', 'invited')
          .executeTakeFirst()
        if (!recipient?.remindAt) return
        const envelope = await findEnvelope(tx, recipient.envelopeId)
        const next = await reminderOf(tx, at, envelope, recipient, calendar, recipient.remindAt)
        const isNow = envelope.status === 'sent' && next !== null && next <= at
        if (isNow) {
          await tellAgain(tx, systemAct(at), envelope, recipient)
          reminded++
        }
        const remindAt = isNow ? await reminderOf(tx, at, envelope, recipient, calendar) : next
        if (remindAt !== recipient.remindAt) moved++
        await tx.updateTable('recipient').set({ remindAt }).where('id', '=', id).execute()
      })
    if (due.length < AT_ONCE || (reminded === before && !moved)) return reminded
  }
}

async function reminderOf(
  tx: Tx,
  at: Instant,
  envelope: Envelope,
  recipient: Pick<Recipient, 'id'>,
  calendar: Calendar,
  noted: Instant | null = null,
): Promise<Instant | null> {
  const invitation = await currentInvitation(tx, recipient.id, at)
  if (!invitation) return null
  const { count, last } = await writtenTo(tx, recipient.id)
  const next = nextReminder(at, remindersOf(envelope), { since: invitation.createdAt, count, last, noted }, calendar)
  // Behind the deadline there is nothing left to be reminded of.
  return next && envelope.deadline && next >= envelope.deadline ? null : next
}

async function writtenTo(tx: Tx, recipientId: string): Promise<{ count: number; last: Instant | null; lastReminder: Instant | null }> {
  const rows = await tx
    .selectFrom('message')
    .select(['kind', 'createdAt'])
    .where('recipientId', '=', recipientId)
    .where('kind', 'in', ['reminder', 'ending-soon'])
    .orderBy('createdAt')
    .execute()
  const reminders = rows.filter(({ kind }) => kind === 'reminder')
  return { count: reminders.length, last: rows.at(-1)?.createdAt ?? null, lastReminder: reminders.at(-1)?.createdAt ?? null }
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
