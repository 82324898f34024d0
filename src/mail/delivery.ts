import { systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { failpoint } from '../base/failpoint.ts'
import { newId } from '../base/id.ts'
import type { Clock } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { isChannelConfigured, readEmailChannel, readSmsChannel } from './channel.ts'
import { letterHtml } from './letter-html.ts'
import { letterText } from './letter-text.ts'
import { letterOf, smsOf } from './letter.ts'
import { mannerOf } from './manner.ts'
import { masked } from './masked.ts'
import { type Message, type MessageFacts, messageOf, type MessageSources } from './message.ts'
import type { Outcome } from './outcome.ts'
import { sendSms } from './sms-gateway.ts'
import { sendEmail } from './smtp.ts'

export interface DeliveryTools {
  readonly db: Db
  readonly clock: Clock
  readonly secretKey: SecretKey
  readonly sources: MessageSources
}

/** The message is still to be delivered: the job comes back after its back-off. */
export class Deferred extends Error {
  override name = 'Deferred'
}

/**
 * The job `message.deliver`: sends one message that is still waiting. Delivered at least once: a crash between the other side's yes and
 * our own note of it sends the same Message-ID again. Without a channel it stays waiting, for the administrator to open.
 */
export async function deliverMessage(tools: DeliveryTools, messageId: string): Promise<void> {
  const { db } = tools
  const row = await db.selectFrom('message').selectAll().where('id', '=', messageId).executeTakeFirst()
  if (!row || (row.status !== 'waiting' && row.status !== 'sending')) return
  const message = messageOf(row)
  if (!(await isChannelConfigured(db, message.channel))) {
    // A crash while it was under way, and the channel ended since: it waits again, so that it can be opened.
    if (message.status === 'sending') await move(db, message, 'waiting')
    return
  }
  const facts = await tools.sources.factsOf(message)
  if (!facts) return void (await move(db, message, 'withdrawn'))
  if (!(await move(db, message, 'sending'))) return
  failpoint('mail.before-send')
  const outcome = await send(tools, message, facts)
  failpoint('mail.after-send')
  await note(tools, message, outcome)
  if (outcome.outcome === 'deferred') throw new Deferred(outcome.detail)
}

async function send({ db, secretKey }: DeliveryTools, message: Message, facts: MessageFacts): Promise<Outcome> {
  const manner = await mannerOf(db, message.kind, message.language)
  if (message.channel === 'sms') {
    const gateway = await readSmsChannel(db, secretKey)
    return gateway
      ? sendSms(gateway, message.address, smsOf(message.kind, message.language, facts, manner))
      : { outcome: 'deferred', detail: 'no gateway' }
  }
  const channel = await readEmailChannel(db, secretKey)
  if (!channel) return { outcome: 'deferred', detail: 'no mail server' }
  const letter = letterOf(message.kind, message.language, facts, manner)
  return sendEmail(channel, {
    id: message.id,
    to: message.address,
    replyTo: facts.replyTo ?? null,
    subject: letter.subject,
    text: letterText(letter),
    html: letterHtml(letter, facts.logo ? 'cid:logo' : null),
    logo: facts.logo,
  })
}

/** Attempt, status and event in one transaction. The row that another worker has finished meanwhile stays finished. */
async function note({ db, clock, sources }: DeliveryTools, message: Message, { outcome, detail }: Outcome): Promise<void> {
  const at = clock()
  const act = systemAct(at)
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('messageAttempt')
      .values({ id: newId('att'), messageId: message.id, at, outcome, detail })
      .execute()
    const status = outcome === 'deferred' ? 'waiting' : outcome
    const { numUpdatedRows } = await tx
      .updateTable('message')
      .set({ status, ...(outcome === 'sent' ? { sentAt: at } : {}) })
      .where('id', '=', message.id)
      .where('status', '=', 'sending')
      .executeTakeFirst()
    if (numUpdatedRows !== 1n || outcome === 'deferred') return
    const type = outcome === 'sent' ? 'message.sent' : 'message.failed'
    await append(tx, act, {
      type,
      ...(message.envelopeId ? { envelopeId: message.envelopeId } : {}),
      detail: { message: message.id, kind: message.kind, channel: message.channel, address: masked(message.address) },
    })
    await (outcome === 'sent' ? sources.delivered : sources.undelivered)?.(tx, act, message)
  })
}

async function move(db: Db, message: Message, status: 'sending' | 'waiting' | 'withdrawn'): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('message')
    .set({ status })
    .where('id', '=', message.id)
    .where('status', '=', message.status)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
