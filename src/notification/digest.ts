import { systemAct } from '../audit/act.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import type { Digested, Message, MessageFacts } from '../mail/message.ts'
import { queueMessage } from '../mail/outbox.ts'
import { readSetting } from '../setting/setting.ts'
import { instantAt, localTime } from '../view/local-time.ts'
import { words } from '../view/words.ts'
import { toldIn } from './telling.ts'
import { inDigest } from './reading.ts'

/** When a day's message is made, in the time of the house. */
const MORNING = '08:00'

/**
 * One message a person for everything that came in before this morning and was to be told once a day. What stands in a message is marked in the
 * transaction that queues it: a crash leaves both or neither, and a clock that jumps makes no second one.
 */
export async function orderDigests(db: Db, at: Instant): Promise<number> {
  const { timeZone } = await readSetting(db, 'installation')
  const { day } = localTime(at, timeZone)
  const morning = instantAt({ day, time: MORNING }, timeZone)
  if (!morning || at < morning) return 0
  const due = await db
    .selectFrom('notification')
    .select('userId')
    .distinct()
    .where('mailing', '=', 'daily')
    .where('digestId', 'is', null)
    .where('createdAt', '<', morning)
    .execute()
  for (const { userId } of due)
    await db.transaction().execute(async (tx) => {
      const waiting = await tx
        .selectFrom('notification')
        .select('id')
        .where('userId', '=', userId)
        .where('mailing', '=', 'daily')
        .where('digestId', 'is', null)
        .where('createdAt', '<', morning)
        .execute()
      const user = await tx.selectFrom('user').select(['email', 'language', 'disabledAt']).where('id', '=', userId).executeTakeFirst()
      if (!waiting.length || !user) return
      const digestId = user.disabledAt
        ? 'none'
        : await queueMessage(tx, systemAct(at), { kind: 'digest', channel: 'email', address: user.email, language: user.language, userId })
      await tx
        .updateTable('notification')
        .set({ digestId })
        .where('userId', '=', userId)
        .where('mailing', '=', 'daily')
        .where('digestId', 'is', null)
        .where('createdAt', '<', morning)
        .execute()
    })
  return due.length
}

/** The news of one message by document, each with its place in the house. Null: nothing of it is left to tell. */
export async function digestFacts(
  db: Db,
  message: Pick<Message, 'id' | 'language' | 'userId'>,
  staffOrigin: string,
): Promise<Pick<MessageFacts, 'digest' | 'link' | 'name'> | null> {
  const entries = await inDigest(db, message.id)
  const user = message.userId
    ? await db.selectFrom('user').select('firstName').where('id', '=', message.userId).executeTakeFirst()
    : undefined
  if (!entries.length || !user) return null
  const groups = Map.groupBy(entries, ({ envelope }) => envelope?.id ?? '')
  const digest: Digested[] = [...groups.values()].map((news) => {
    const [{ envelope } = { envelope: null }] = news
    return {
      title: envelope ? envelope.title || words(message.language).documents.untitled : words(message.language).notifications.others,
      link: `${staffOrigin}${envelope ? `/envelopes/${envelope.id}` : '/notifications'}`,
      lines: news.map((one) => toldIn(message.language, one)),
    }
  })
  return { name: user.firstName, digest, link: `${staffOrigin}/notifications` }
}
