import type { Mailing } from '../db/database.ts'

export type { Mailing }
export const MAILINGS: readonly Mailing[] = ['now', 'daily', 'never']

/** What a sender is told, in the order in which the choices stand on the page. */
export const NOTIFICATION_KINDS = [
  'opened',
  'signed',
  'declined',
  'delegated',
  'completed',
  'ending-soon',
  'expired',
  'undelivered',
  'reminder-failed',
  'annulled',
  'reinstated',
  'bulk-finished',
] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]
export const isNotificationKind = (text: string): text is NotificationKind => (NOTIFICATION_KINDS as readonly string[]).includes(text)

/** As long as nobody has chosen: what asks for something or ends something at once, what only goes on in the page alone. */
export const USUAL_MAILING: Readonly<Record<NotificationKind, Mailing>> = {
  opened: 'never',
  signed: 'now',
  declined: 'now',
  delegated: 'now',
  completed: 'now',
  'ending-soon': 'now',
  expired: 'now',
  undelivered: 'now',
  'reminder-failed': 'daily',
  annulled: 'now',
  reinstated: 'now',
  'bulk-finished': 'now',
}
