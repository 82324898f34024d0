import type { EventType } from '../../audit/event.ts'

/** What a target can be told by itself, and the entry of the trail that it is. Names once given are never changed. */
export const WEBHOOK_EVENTS = {
  'envelope.created': 'envelope.drafted',
  'envelope.sent': 'envelope.dispatched',
  'envelope.not-sent': 'envelope.dispatch-failed',
  'recipient.opened': 'ceremony.opened',
  'recipient.identified': 'ceremony.identified',
  'recipient.signed': 'ceremony.signed',
  'recipient.declined': 'ceremony.declined',
  'recipient.delegated': 'recipient.delegated',
  'envelope.ending-soon': 'envelope.ending-soon',
  'envelope.completed': 'envelope.completed',
  'envelope.voided': 'envelope.voided',
  'envelope.expired': 'envelope.expired',
  'envelope.annulled': 'envelope.annulled',
  'envelope.reinstated': 'envelope.reinstated',
  'envelope.disposed': 'envelope.disposed',
} as const satisfies Readonly<Record<string, EventType>>
export type WebhookEvent = keyof typeof WEBHOOK_EVENTS

export const EVENT_NAMES = Object.keys(WEBHOOK_EVENTS) as readonly WebhookEvent[]

const BY_TYPE = new Map<string, WebhookEvent>(EVENT_NAMES.map((name) => [WEBHOOK_EVENTS[name], name]))

export const FOLLOWED_TYPES: readonly EventType[] = Object.values(WEBHOOK_EVENTS)

export const eventOfType = (type: string): WebhookEvent | null => BY_TYPE.get(type) ?? null

/** What stands in a target's row. */
export const eventsIn = (text: string): WebhookEvent[] => EVENT_NAMES.filter((name) => text.split(' ').includes(name))

/** What a trial sends; no target is told it by itself. */
export const TRIAL = 'trial'
