import type { Reader } from '../access/reach.ts'
import { fullName } from '../access/roles.ts'
import type { DocumentId } from '../base/document-id.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { type ExpressionBuilder, sql } from 'kysely'
import type { Database, RecipientRole } from '../db/database.ts'
import { annulledAmong } from './annulment.ts'
import { type Envelope, type Recipient, thoseWith, visibleTo } from './envelope.ts'
import { type Filters, isWithin, NO_FILTERS } from './filtering.ts'
import { acts } from './naming.ts'
import { recipientsOf } from './searching.ts'
import { responsibleOf } from './responsible.ts'
import { nameOrRole } from './telling.ts'

/** Where an envelope stands, as a person says it: a sent one is with whoever's turn it is. */
export type Stage = 'draft' | 'sending' | 'with-us' | 'with-them' | 'sealing' | 'completed' | 'annulled' | 'declined' | 'voided' | 'expired'

export const GROUPS = ['all', 'drafts', 'ours', 'theirs', 'completed', 'ended'] as const
export type Group = (typeof GROUPS)[number]

export interface ListedEnvelope {
  readonly id: string
  readonly title: string
  readonly status: Envelope['status']
  readonly stage: Stage
  /** When it last changed its state. */
  readonly at: Instant
  readonly deadline: Instant | null
  /** Null: the reader's own. */
  readonly sender: string | null
  readonly responsible: string
  readonly people: readonly {
    readonly name: string
    readonly role: RecipientRole
    readonly did: 'sign' | 'decline' | 'nothing'
    readonly isAsked: boolean
  }[]
  readonly signed: number
  readonly signers: number
  /** Some of those who act approve or attest. */
  readonly isMixed: boolean
  readonly documentIds: readonly DocumentId[]
  readonly isSample: boolean
  /** It was to be sent, and came back. */
  readonly cameBack: boolean
  readonly mayDiscard: boolean
}

export interface ListQuery {
  readonly group: Group
  readonly filters?: Filters
  /** Where the page before ended. */
  readonly after: { readonly updatedAt: Instant; readonly id: string } | null
  readonly most?: number
}

export const PAGE = 30

/** Whose turn it is decides; where both sides are asked at once, the company's own people are told first. */
export function stageOf(
  envelope: Pick<Envelope, 'status'>,
  recipients: readonly Pick<Recipient, 'status' | 'side'>[],
  isAnnulled = false,
): Stage {
  if (isAnnulled) return 'annulled'
  if (envelope.status === 'design' || envelope.status === 'published') return 'draft'
  if (envelope.status !== 'sent') return envelope.status
  return recipients.some(({ status, side }) => status === 'invited' && side === 'company') ? 'with-us' : 'with-them'
}

/** The last changed first. `next` continues where this page ends, or is null at the end. */
export async function listEnvelopes(
  db: Db,
  reader: Reader,
  query: ListQuery,
  at: Instant,
): Promise<{ entries: ListedEnvelope[]; next: ListQuery['after'] }> {
  const { group, filters = NO_FILTERS, after, most = PAGE } = query
  let found = visibleTo(db, reader).selectAll('envelope').where(isMadeHere).where(inGroup(group)).where(isWithin(filters, at))
  if (after)
    found = found.where((where) =>
      where.or([
        where('envelope.updatedAt', '<', after.updatedAt),
        where.and([where('envelope.updatedAt', '=', after.updatedAt), where('envelope.id', '<', after.id)]),
      ]),
    )
  const rows = await found
    .orderBy('envelope.updatedAt', 'desc')
    .orderBy('envelope.id', 'desc')
    .limit(most + 1)
    .execute()
  const page = rows.slice(0, most)
  const last = page.at(-1)
  return {
    entries: await describeEnvelopes(db, reader, page),
    next: rows.length > most && last ? { updatedAt: last.updatedAt, id: last.id } : null,
  }
}

/** What was signed elsewhere and brought into the vault stands in the vault alone. */
const isMadeHere = sql<boolean>`not exists (select 1 from vault_import i where i.envelope_id = envelope.id)`

/** How many stand in each group, for whoever reads. */
export async function countEnvelopes(db: Db, reader: Reader): Promise<Readonly<Record<Group, number>>> {
  const rows = await visibleTo(db, reader)
    .where(isMadeHere)
    .select((select) => [
      'envelope.status',
      select
        .case()
        .when(select.and([select('envelope.status', '=', 'sent'), select.exists(askedOfUs(select))]))
        .then(1)
        .else(0)
        .end()
        .as('isOurs'),
      select.fn.countAll<number>().as('count'),
    ])
    .groupBy(['envelope.status', 'isOurs'])
    .execute()
  const counts = Object.fromEntries(GROUPS.map((group) => [group, 0])) as Record<Group, number>
  for (const { status, isOurs, count } of rows) {
    counts.all += Number(count)
    const group = groupOf(status, Number(isOurs) === 1)
    if (group) counts[group] += Number(count)
  }
  return counts
}

function groupOf(status: Envelope['status'], isOurs: boolean): Exclude<Group, 'all'> | null {
  switch (status) {
    case 'draft':
      return 'drafts'
    case 'sent':
      return isOurs ? 'ours' : 'theirs'
    case 'completed':
      return 'completed'
    case 'declined':
    case 'voided':
    case 'expired':
      return 'ended'
    default:
      return null
  }
}

type Where = ExpressionBuilder<Database, 'envelope'>

const askedOfUs = (where: Where) => recipientsOf(where).where('recipient.status', '=', 'invited').where('recipient.side', '=', 'company')

const inGroup = (group: Group) => (where: Where) => {
  const status = where.ref('envelope.status')
  switch (group) {
    case 'all':
      return where.lit(true)
    case 'drafts':
      return where(status, '=', 'draft')
    case 'ours':
      return where.and([where(status, '=', 'sent'), where.exists(askedOfUs(where))])
    case 'theirs':
      return where.and([where(status, '=', 'sent'), where.not(where.exists(askedOfUs(where)))])
    case 'completed':
      return where(status, '=', 'completed')
    case 'ended':
      return where(status, 'in', ['declined', 'voided', 'expired'])
  }
}

/** What a list or a card shows of envelopes that the reader may see, in the order given. */
export async function describeEnvelopes(db: Db, reader: Reader, envelopes: readonly Envelope[]): Promise<ListedEnvelope[]> {
  if (!envelopes.length) return []
  const ids = envelopes.map(({ id }) => id)
  const recipients = await db
    .selectFrom('recipient')
    .selectAll()
    .where('envelopeId', 'in', ids)
    .orderBy('routingOrder')
    .orderBy('position')
    .orderBy('id')
    .execute()
  const documents = await db
    .selectFrom('document')
    .select(['envelopeId', 'documentId', 'position'])
    .where('envelopeId', 'in', ids)
    .orderBy('position')
    .execute()
  const senders = await db
    .selectFrom('user')
    .select(['id', 'firstName', 'lastName'])
    .where('id', 'in', [...new Set(envelopes.flatMap((envelope) => [envelope.senderId, responsibleOf(envelope)]))])
    .execute()
  const annulled = await annulledAmong(db, ids)
  const discardable = await thoseWith(db, reader, ids, 'delete')
  return envelopes.map((envelope) => {
    const people = recipients.filter(({ envelopeId }) => envelopeId === envelope.id)
    const signers = people.filter(acts)
    const sender = senders.find(({ id }) => id === envelope.senderId)
    return {
      id: envelope.id,
      title: envelope.title,
      status: envelope.status,
      stage: stageOf(envelope, signers, annulled.has(envelope.id)),
      at: envelope.updatedAt,
      deadline: envelope.deadline,
      sender: sender && envelope.senderId !== reader.id ? fullName(sender) : null,
      responsible: nameIn(senders, responsibleOf(envelope)),
      people: signers.map((recipient) => ({
        name: nameOrRole(recipient),
        role: recipient.role,
        did: recipient.status === 'signed' ? 'sign' : recipient.status === 'declined' ? 'decline' : 'nothing',
        isAsked: envelope.status === 'sent' && recipient.status === 'invited',
      })),
      signed: signers.filter(({ status }) => status === 'signed').length,
      signers: signers.length,
      isMixed: signers.some(({ role }) => role !== 'signer'),
      documentIds: documents.filter(({ envelopeId }) => envelopeId === envelope.id).map(({ documentId }) => documentId),
      isSample: envelope.isSample === 1,
      cameBack: envelope.status === 'draft' && envelope.dispatchFailure !== null,
      mayDiscard: envelope.status === 'draft' && discardable.has(envelope.id),
    }
  })
}

const nameIn = (users: readonly { readonly id: string; readonly firstName: string; readonly lastName: string }[], id: string): string => {
  const user = users.find((one) => one.id === id)
  return user ? fullName(user) : ''
}
