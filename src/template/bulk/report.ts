import { CSV_START, csvLine } from '../../base/csv.ts'
import type { Db } from '../../db/open.ts'
import { nameOf } from '../../envelope/telling.ts'
import { asksOfBulk, type Bulk, listRows } from './bulk.ts'
import { readRow, type RowProblem } from './checking.ts'

export const ROW_STATES = [
  'waiting',
  'left-out',
  'refused',
  'sending',
  'sent',
  'sealing',
  'completed',
  'declined',
  'voided',
  'expired',
  'came-back',
  'discarded',
] as const
export type RowState = (typeof ROW_STATES)[number]

export interface ReportedRow {
  readonly line: number
  readonly who: string
  readonly address: string
  readonly state: RowState
  readonly problem: RowProblem | null
  readonly envelopeId: string | null
}

/** How each line of the table has fared until now: what was refused and why, and where its envelope stands. */
export async function reportOf(db: Db, bulk: Bulk): Promise<ReportedRow[]> {
  const [asks, rows] = await Promise.all([asksOfBulk(db, bulk), listRows(db, bulk.id)])
  const envelopes = new Map(
    (
      await db
        .selectFrom('envelope')
        .innerJoin('bulkRow', 'bulkRow.envelopeId', 'envelope.id')
        .select(['envelope.id', 'envelope.status', 'envelope.dispatchFailure'])
        .where('bulkRow.bulkId', '=', bulk.id)
        .execute()
    ).map((envelope) => [envelope.id, envelope]),
  )
  return rows.map(({ line, cells, status, reason, params, envelopeId }) => {
    const { people } = readRow(asks, bulk.mapping, JSON.parse(cells) as string[])
    const envelope = envelopeId ? envelopes.get(envelopeId) : undefined
    const state = status === 'sent' ? stateOf(envelope) : status
    return {
      line,
      who: people.map(({ person }) => nameOf(person)).join(', '),
      address: people.map(({ role, person }) => (role.channel === 'sms' ? person.phone : person.email) ?? '').join(', '),
      state,
      problem:
        state === 'came-back' && envelope?.dispatchFailure
          ? { reason: envelope.dispatchFailure, params: {} }
          : reason
            ? { reason, params: JSON.parse(params ?? '{}') as RowProblem['params'] }
            : null,
      envelopeId: envelope ? envelopeId : null,
    }
  })
}

function stateOf(envelope: { readonly status: string; readonly dispatchFailure: string | null } | undefined): RowState {
  if (!envelope) return 'discarded'
  if (envelope.status === 'draft') return envelope.dispatchFailure ? 'came-back' : 'waiting'
  return (ROW_STATES as readonly string[]).includes(envelope.status) ? (envelope.status as RowState) : 'sent'
}

export interface Progress {
  readonly all: number
  readonly sent: number
  readonly refused: number
}

/** `refused`: what can be tried again. */
export const progressOf = (rows: readonly ReportedRow[]): Progress => {
  const open = rows.filter(
    ({ state }) => state === 'waiting' || state === 'left-out' || state === 'refused' || state === 'came-back',
  ).length
  return {
    all: rows.length,
    sent: rows.length - open,
    refused: rows.filter(({ state }) => state === 'refused' || state === 'came-back').length,
  }
}

/** The same as a table, in the words of its reader. */
export const reportTable = (
  rows: readonly ReportedRow[],
  headings: readonly string[],
  tell: {
    readonly state: (state: RowState) => string
    readonly problem: (problem: RowProblem) => string
    readonly link: (envelopeId: string) => string
  },
): string =>
  CSV_START +
  csvLine(headings) +
  rows
    .map(({ line, who, address, state, problem, envelopeId }) =>
      csvLine([line, who, address, tell.state(state), problem ? tell.problem(problem) : '', envelopeId ? tell.link(envelopeId) : '']),
    )
    .join('')
