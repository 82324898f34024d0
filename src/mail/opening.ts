import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { base64 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { isChannelConfigured } from './channel.ts'
import { letterHtml } from './letter-html.ts'
import { letterText } from './letter-text.ts'
import { letterOf, smsOf } from './letter.ts'
import { mannerOf } from './manner.ts'
import { masked } from './masked.ts'
import { CARRIES, type Message, type MessageSources } from './message.ts'
import { findMessage } from './outbox.ts'

export interface OpenedMessage {
  readonly message: Message
  readonly subject: string | null
  /** A whole page, for a frame without rights. */
  readonly html: string | null
  readonly text: string
  readonly link: string | null
  readonly code: string | null
}

/** Whether the administrator may open it: it waits, and there is no channel that could take it to its recipient. */
export const canOpen = (message: Pick<Message, 'status'>, channelConfigured: boolean): boolean =>
  message.status === 'waiting' && !channelConfigured

/**
 * The administrator reads a waiting message in its recipient's place. Every opening is an event, and the invitation or the code in it is
 * marked as handed over, which the certificate of completion tells. Nobody is shown anything once the channel is configured.
 */
export async function openWaitingMessage(
  tools: { readonly db: Db; readonly sources: MessageSources },
  act: Act,
  id: string,
): Promise<OpenedMessage> {
  const { db, sources } = tools
  const message = await findMessage(db, id)
  if (!canOpen(message, await isChannelConfigured(db, message.channel))) throw new Refusal('forbidden', 'message.not-to-be-opened')
  const facts = await sources.factsOf(message)
  if (!facts) throw new Refusal('gone', 'message.over')
  await db.transaction().execute(async (tx) => {
    if (await isChannelConfigured(tx, message.channel)) throw new Refusal('forbidden', 'message.not-to-be-opened')
    const { numUpdatedRows } = await tx
      .updateTable('message')
      .set({ openedAt: act.at, openedBy: act.actor.kind === 'user' ? act.actor.id : null })
      .where('id', '=', id)
      .where('status', '=', 'waiting')
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'message.not-to-be-opened')
    await append(tx, act, {
      type: 'message.opened-by-administrator',
      ...(message.envelopeId ? { envelopeId: message.envelopeId } : {}),
      detail: { message: id, kind: message.kind, channel: message.channel, address: masked(message.address) },
    })
    if (CARRIES[message.kind]) await sources.handedOver(tx, act, message)
  })
  const manner = await mannerOf(db, message.kind, message.language)
  const [link, code] = [facts.link ?? null, facts.code ?? null]
  if (message.channel === 'sms')
    return { message, subject: null, html: null, text: smsOf(message.kind, message.language, facts, manner), link, code }
  const letter = letterOf(message.kind, message.language, facts, manner)
  const logo = facts.logo ? `data:image/png;base64,${base64(facts.logo)}` : null
  return { message, subject: letter.subject, html: letterHtml(letter, logo), text: letterText(letter), link, code }
}

/** Whom the message gives a link to choose a password; null: it does not. */
export async function welcomedBy(db: Db, messageId: string): Promise<string | null> {
  const row = await db.selectFrom('message').select(['kind', 'userId']).where('id', '=', messageId).executeTakeFirst()
  return row?.kind === 'welcome' || row?.kind === 'password-link' ? row.userId : null
}
