import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Db } from '../db/open.ts'
import { isNotificationKind, type Mailing, NOTIFICATION_KINDS, type NotificationKind, USUAL_MAILING } from './kinds.ts'

export type Choices = Readonly<Record<NotificationKind, Mailing>>

/** How somebody is told of each kind: as they have chosen, or as usual. */
export async function choicesOf(db: Db, userId: string): Promise<Choices> {
  const rows = await db.selectFrom('notificationChoice').select(['kind', 'mailing']).where('userId', '=', userId).execute()
  return {
    ...USUAL_MAILING,
    ...Object.fromEntries(rows.filter(({ kind }) => isNotificationKind(kind)).map((row) => [row.kind, row.mailing])),
  }
}

export async function mailingOf(db: Db, userId: string, kind: NotificationKind): Promise<Mailing> {
  const row = await db
    .selectFrom('notificationChoice')
    .select('mailing')
    .where('userId', '=', userId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row?.mailing ?? USUAL_MAILING[kind]
}

/** One's own, all at once. Only what differs from the usual is kept, so that a better usual reaches whoever has not chosen. */
export function chooseMailing(db: Db, act: UserAct, choices: Choices): Promise<void> {
  const userId = act.actor.id
  return db.transaction().execute(async (tx) => {
    const before = await choicesOf(tx, userId)
    if (NOTIFICATION_KINDS.every((kind) => before[kind] === choices[kind])) return
    await tx.deleteFrom('notificationChoice').where('userId', '=', userId).execute()
    const own = NOTIFICATION_KINDS.filter((kind) => choices[kind] !== USUAL_MAILING[kind])
    if (own.length)
      await tx
        .insertInto('notificationChoice')
        .values(own.map((kind) => ({ userId, kind, mailing: choices[kind] })))
        .execute()
    await append(tx, act, { type: 'user.notifications-chosen', detail: { user: userId } })
  })
}
