import type { Act } from '../audit/act.ts'
import { newId } from '../base/id.ts'
import type { Tx } from '../db/open.ts'
import type { MessageParams } from '../mail/message.ts'
import { queueMessage } from '../mail/outbox.ts'
import { mailingOf } from './choosing.ts'
import type { NotificationKind } from './kinds.ts'

export interface NewNotification {
  readonly kind: NotificationKind
  /** What it tells of: of two with one key, the second is nothing. */
  readonly key?: string
  readonly envelopeId?: string
  readonly recipientId?: string
  readonly params?: MessageParams
  /** Where their own choice does not count: another message says it to them already. */
  readonly mailing?: 'never'
}

/**
 * Tells a person of the house in the page, and by mail as they have chosen, in the transaction of what happened: neither is there without the
 * other, and nothing is told twice.
 */
export async function notify(tx: Tx, act: Act, userId: string, told: NewNotification): Promise<void> {
  const user = await tx
    .selectFrom('user')
    .select(['id', 'email', 'language'])
    .where('id', '=', userId)
    .where('disabledAt', 'is', null)
    // A program reads no mail and opens no page.
    .where('isService', '=', 0)
    .executeTakeFirst()
  if (!user) return
  const { kind, envelopeId = null, recipientId = null, params = {} } = told
  const id = newId('ntf')
  const mailing = told.mailing ?? (await mailingOf(tx, userId, kind))
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('notification')
    .values({
      id,
      userId,
      kind,
      key: told.key ?? id,
      envelopeId,
      recipientId,
      params: JSON.stringify(params),
      mailing,
      digestId: null,
      createdAt: act.at,
      readAt: null,
    })
    .onConflict((conflict) => conflict.columns(['userId', 'key']).doNothing())
    .executeTakeFirst()
  if (!numInsertedOrUpdatedRows || mailing !== 'now') return
  await queueMessage(tx, act, {
    kind: `sender-${kind}`,
    channel: 'email',
    address: user.email,
    language: user.language,
    ...(envelopeId ? { envelopeId } : {}),
    userId,
    params: { ...params, ...(recipientId ? { recipient: recipientId } : {}) },
  })
}
