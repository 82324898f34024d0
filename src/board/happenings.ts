import type { EventType } from '../audit/event.ts'
import type { RecipientSide } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { type Envelope, listRecipients } from '../envelope/envelope.ts'
import { acts } from '../envelope/naming.ts'
import type { TriggerEvent } from './triggers.ts'

/** An entry of the trail, as far as the board reads it. */
export interface Entry {
  readonly seq: number
  readonly type: EventType
  readonly envelopeId: string
  readonly recipientId: string | null
}

const SIMPLE: Readonly<Partial<Record<EventType, TriggerEvent>>> = {
  'envelope.drafted': 'drafted',
  'envelope.dispatched': 'sent',
  'envelope.dispatch-failed': 'came-back',
  'ceremony.opened': 'opened',
  'ceremony.declined': 'declined',
  'envelope.sealing': 'all-signed',
  'envelope.completed': 'completed',
  'envelope.voided': 'voided',
  'envelope.expired': 'expired',
}

/** The entries that may move a card; everything else is passed over without a look at its envelope. */
export const FOLLOWED: readonly EventType[] = [...(Object.keys(SIMPLE) as EventType[]), 'ceremony.signed']

export interface Happened {
  readonly event: TriggerEvent
  /** Labels and values of what a signer filled in. */
  readonly fields?: readonly { readonly label: string; readonly value: string }[]
}

/** What an entry means for the board, as it was when it was written: later signatures do not count. */
export async function happenedIn(db: Db, envelope: Envelope, entry: Entry): Promise<Happened[]> {
  const simple = SIMPLE[entry.type]
  if (simple) return [{ event: simple }]
  if (entry.type !== 'ceremony.signed' || !entry.recipientId) return []
  const recipients = await listRecipients(db, envelope.id)
  const signer = recipients.find(({ id }) => id === entry.recipientId)
  const happened: Happened[] = [{ event: 'field', fields: await filledBy(db, entry.recipientId) }]
  if (!signer) return happened
  const signed = await signedUntil(db, entry)
  const ofSide = recipients.filter((recipient) => recipient.side === signer.side && acts(recipient))
  if (ofSide.every(({ id }) => signed.has(id))) happened.push({ event: EVENT_OF_SIDE[signer.side] })
  return happened
}

const EVENT_OF_SIDE: Readonly<Record<RecipientSide, TriggerEvent>> = { company: 'company-signed', other: 'other-signed' }

async function signedUntil(db: Db, { envelopeId, seq }: Entry): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('auditLeaf')
    .select('entry')
    .where('envelopeId', '=', envelopeId)
    .where('seq', '<=', seq)
    .where('type', '=', 'ceremony.signed')
    .execute()
  return new Set(rows.flatMap(({ entry }) => (JSON.parse(entry) as { detail?: { recipient?: string } }).detail?.recipient ?? []))
}

export async function filledBy(db: Db, recipientId: string): Promise<{ label: string; value: string }[]> {
  const rows = await db
    .selectFrom('fieldEntry')
    .innerJoin('field', 'field.id', 'fieldEntry.fieldId')
    .select(['field.label', 'fieldEntry.value'])
    .where('fieldEntry.recipientId', '=', recipientId)
    .where('fieldEntry.value', '!=', '')
    .where('field.label', '!=', '')
    .execute()
  return rows
}
