import { trailOf } from '../audit/trail.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { isChannelConfigured } from '../mail/channel.ts'
import { CARRIES, type MessageKind, messageOf } from '../mail/message.ts'

/** How far a message has come. `waits`: nothing has left the house, and nothing will before an administrator opens it or sets up a channel. */
export type Reach = 'waits' | 'under-way' | 'handed-over' | 'sent' | 'undelivered' | 'withdrawn'

export interface Letter {
  readonly id: string
  readonly kind: MessageKind
  readonly recipientId: string | null
  readonly userId: string | null
  readonly reach: Reach
}

/** Every message about an envelope, in the order in which the trail has them: two of one moment too. */
export async function lettersOf(db: Db, envelopeId: string): Promise<Letter[]> {
  const order = (await trailOf(db, envelopeId)).flatMap(({ type, detail }) => (type === 'message.queued' ? [detail['message']] : []))
  const found = await db.selectFrom('message').selectAll().where('envelopeId', '=', envelopeId).execute()
  const rows = found.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
  const isConfigured = { email: await isChannelConfigured(db, 'email'), sms: await isChannelConfigured(db, 'sms') }
  const codes = await liveCodes(db, rows)
  return rows.map((row) => {
    const { id, kind, recipientId, userId, params } = messageOf(row)
    const reach = reachOf(row, isConfigured[row.channel])
    const isOver = kind === 'code' && reach === 'waits' && !codes.has(String(params['code']))
    return { id, kind, recipientId, userId, reach: isOver ? 'withdrawn' : reach }
  })
}

/** Those that can still be entered: what is over waits for nobody. */
async function liveCodes(db: Db, rows: readonly { recipientId: string | null }[]): Promise<ReadonlySet<string>> {
  const recipients = rows.flatMap(({ recipientId }) => recipientId ?? [])
  if (!recipients.length) return new Set()
  const found = await db
    .selectFrom('oneTimeCode')
    .select('id')
    .where('recipientId', 'in', recipients)
    .where('usedAt', 'is', null)
    .where('replacedAt', 'is', null)
    .where('sealed', 'is not', null)
    .execute()
  return new Set(found.map(({ id }) => id))
}

function reachOf({ status, openedAt }: { status: string; openedAt: Instant | null }, isConfigured: boolean): Reach {
  if (status === 'failed') return 'undelivered'
  if (status === 'sent' || status === 'withdrawn') return status
  if (openedAt) return 'handed-over'
  return isConfigured ? 'under-way' : 'waits'
}

/** What was last written to somebody so that they can take their next step: the link, the code to it, or at the end the finished document. */
export const lastWayIn = (letters: readonly Letter[], recipientId: string, step: 'link' | 'code' | 'finished'): Letter | null =>
  letters.findLast(
    (one) =>
      one.recipientId === recipientId &&
      one.reach !== 'withdrawn' &&
      (step === 'finished' ? one.kind === 'completed' : one.kind !== 'completed' && CARRIES[one.kind] === step),
  ) ?? null
