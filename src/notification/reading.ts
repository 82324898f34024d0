import { sql } from 'kysely'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { MessageParams } from '../mail/message.ts'
import type { NotificationKind } from './kinds.ts'

/** More unread ones than this are not counted: the bell says "99+". */
export const MOST_COUNTED = 99
export const NOTIFICATION_PAGE = 30

export interface Notification {
  readonly id: string
  readonly kind: NotificationKind
  readonly at: Instant
  readonly isRead: boolean
  readonly envelope: { readonly id: string; readonly title: string } | null
  /** Who opened, signed, declined, could not be reached. */
  readonly person: string
  readonly params: MessageParams
}

export interface Place {
  readonly at: Instant
  readonly id: string
}

/** How many somebody has not read, at most one more than are counted. One short walk through an index of unread ones alone. */
export async function countUnread(db: Db, userId: string): Promise<number> {
  const row = await db
    .selectFrom((from) =>
      from
        .selectFrom('notification')
        .select('id')
        .where('userId', '=', userId)
        .where('readAt', 'is', null)
        .limit(MOST_COUNTED + 1)
        .as('unread'),
    )
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}

/** One's own, the newest first. `next` continues where this page ends. */
export async function listNotifications(
  db: Db,
  userId: string,
  after: Place | null,
): Promise<{ entries: Notification[]; next: Place | null }> {
  let query = told(db).where('notification.userId', '=', userId)
  if (after)
    query = query.where((where) =>
      where.or([
        where('notification.createdAt', '<', after.at),
        where.and([where('notification.createdAt', '=', after.at), where('notification.id', '<', after.id)]),
      ]),
    )
  const rows = await query
    .orderBy('notification.createdAt', 'desc')
    .orderBy('notification.id', 'desc')
    .limit(NOTIFICATION_PAGE + 1)
    .execute()
  const page = rows.slice(0, NOTIFICATION_PAGE)
  const last = page.at(-1)
  return { entries: page.map(shown), next: rows.length > NOTIFICATION_PAGE && last ? { at: last.createdAt, id: last.id } : null }
}

/** What stands in one message of the day, the oldest first. */
export const inDigest = async (db: Db, digestId: string): Promise<Notification[]> =>
  (await told(db).where('notification.digestId', '=', digestId).orderBy('notification.createdAt').orderBy('notification.id').execute()).map(
    shown,
  )

/** Read, and where it leads. Not found for another's, as for one that there is not. */
export async function readNotification(
  db: Db,
  at: Instant,
  userId: string,
  id: string,
): Promise<{ envelopeId: string | null; params: MessageParams }> {
  const row = await db
    .selectFrom('notification')
    .select(['envelopeId', 'params'])
    .where('id', '=', id)
    .where('userId', '=', userId)
    .executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'notification.unknown')
  await db.updateTable('notification').set({ readAt: at }).where('id', '=', id).where('readAt', 'is', null).execute()
  return { envelopeId: row.envelopeId, params: JSON.parse(row.params) as MessageParams }
}

/** All that somebody had before them: what came in since the page was made stays unread. */
export async function readAll(db: Db, at: Instant, userId: string, until: Instant): Promise<void> {
  await db
    .updateTable('notification')
    .set({ readAt: at })
    .where('userId', '=', userId)
    .where('readAt', 'is', null)
    .where('createdAt', '<=', until)
    .execute()
}

/** What was read so long ago is of no more use to anybody. */
export const forgetRead = (db: Db, before: Instant): Promise<unknown> =>
  db.deleteFrom('notification').where('readAt', '<', before).execute()

/** The title is told as long as one has sent it or looks after it, and no folder with rights of its own has taken it in. */
const told = (db: Db) =>
  db
    .selectFrom('notification')
    .leftJoin('envelope', (join) =>
      join
        .onRef('envelope.id', '=', 'notification.envelopeId')
        .on(
          sql<boolean>`not exists (select 1 from vault_entry where vault_entry.envelope_id = notification.envelope_id and vault_entry.scope_id is not null)`,
        )
        .on((on) =>
          on.or([
            on('envelope.senderId', '=', on.ref('notification.userId')),
            on('envelope.responsibleId', '=', on.ref('notification.userId')),
          ]),
        ),
    )
    .leftJoin('recipient', 'recipient.id', 'notification.recipientId')
    .select([
      'notification.id',
      'notification.kind',
      'notification.createdAt',
      'notification.readAt',
      'notification.params',
      'envelope.id as envelopeId',
      'envelope.title',
      'recipient.firstName',
      'recipient.lastName',
    ])

type Row = Awaited<ReturnType<ReturnType<typeof told>['execute']>>[number]

function shown({ id, kind, createdAt, readAt, envelopeId, title, firstName, lastName, ...row }: Row): Notification {
  const params = JSON.parse(row.params) as MessageParams
  // As it was then: whoever handed over is not who stands there now.
  const person = typeof params['person'] === 'string' ? params['person'] : [firstName, lastName].filter(Boolean).join(' ')
  return {
    id,
    kind: kind as NotificationKind,
    at: createdAt,
    isRead: readAt !== null,
    envelope: envelopeId ? { id: envelopeId, title: title ?? '' } : null,
    person,
    params,
  }
}
