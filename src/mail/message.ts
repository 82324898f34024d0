import type { Act } from '../audit/act.ts'
import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { MessageRow, RecipientRole } from '../db/database.ts'
import type { Tx } from '../db/open.ts'
import type { Words } from '../view/words.ts'

export type MessageKind = keyof Words['mail']['kinds']

/** Kinds that carry a recipient's own way in: what only that recipient may see once a channel is configured. */
export const CARRIES: Readonly<Record<MessageKind, 'link' | 'code' | null>> = {
  invitation: 'link',
  reminder: 'link',
  corrected: 'link',
  delegated: 'link',
  'ending-soon': 'link',
  'fresh-link': 'link',
  code: 'code',
  completed: 'link',
  'own-document': 'link',
  welcome: 'link',
  'password-link': 'link',
  'account-news': null,
  declined: null,
  voided: null,
  expired: null,
  annulled: null,
  reinstated: null,
  'sender-signed': null,
  'sender-completed': null,
  'sender-declined': null,
  'sender-expired': null,
  'sender-annulled': null,
  'sender-reinstated': null,
  'sender-undelivered': null,
  'sender-opened': null,
  'sender-delegated': null,
  'sender-ending-soon': null,
  'sender-reminder-failed': null,
  'sender-bulk-finished': null,
  digest: null,
  rule: null,
  'rule-staff': null,
  'rule-client': 'link',
  test: null,
  checkpoint: null,
  alarm: null,
  'all-clear': null,
  'break-glass': null,
}

export interface Message extends Omit<MessageRow, 'kind' | 'params'> {
  readonly kind: MessageKind
  readonly params: MessageParams
}

/** Identifiers and plain facts; never a link's secret nor a code. */
export type MessageParams = Readonly<Record<string, string | number | null>>

/** What a message says, gathered when it is sent: the newest title, the newest name. */
export interface MessageFacts {
  readonly company: string
  /** PNG, shown at 40 px height. */
  readonly logo: Bytes | null
  readonly timeZone: string
  /** Who sends, by name, and where replies go. */
  readonly sender?: string
  readonly replyTo?: string | null
  readonly title?: string
  /** The sender's own subject and words. */
  readonly subject?: string
  readonly note?: string
  /** The addressee's name and role. */
  readonly name?: string
  readonly role?: RecipientRole
  readonly deadline?: Instant | null
  readonly linkUntil?: Instant | null
  /** Who signed or declined, and why. */
  readonly person?: string
  readonly reason?: string
  readonly link?: string
  readonly code?: string
  /** Whom something was handed over to. */
  readonly to?: string
  /** How a bulk sending went. */
  readonly sent?: number
  readonly failed?: number
  /** What happened since the last message of its kind, by document. */
  readonly digest?: readonly Digested[]
  /** What a rule of the board says, its places filled in. */
  readonly own?: { readonly subject: string; readonly text: string }
  /** Shown letter by letter, lines and all: a signed checkpoint. */
  readonly record?: string
}

/** The news of one document. */
export interface Digested {
  readonly title: string
  readonly link: string
  readonly lines: readonly string[]
}

/** How the outbox learns what to say, without knowing an envelope. Built by the worker's door. */
export interface MessageSources {
  /** Null: there is no longer a reason for the message (voided, answered, the code is over); it is withdrawn. */
  factsOf(message: Message): Promise<MessageFacts | null>
  /** The administrator has seen the link or the code: marks the invitation or the code and records who did it. */
  handedOver(tx: Tx, act: Act, message: Message): Promise<void>
  /** In the transaction that marks the message as sent. */
  delivered?(tx: Tx, act: Act, message: Message): Promise<void>
  /** In the transaction that gives it up: whoever should know is told. */
  undelivered?(tx: Tx, act: Act, message: Message): Promise<void>
}

export const messageOf = (row: MessageRow): Message => ({
  ...row,
  kind: row.kind as MessageKind,
  params: JSON.parse(row.params) as MessageParams,
})
