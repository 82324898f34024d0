import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { DAY, type Instant, later } from '../base/instant.ts'
import { contains, searchWords } from '../db/containing.ts'
import type { Database } from '../db/database.ts'
import { isFoundBy, recipientsOf } from './searching.ts'

/** What the list and the board are narrowed by; what is empty narrows nothing. */
export interface Filters {
  readonly search: string
  /** The id of a stage of the board. */
  readonly stage: string
  readonly sender: string
  readonly responsible: string
  readonly party: string
  readonly entity: string
  readonly template: string
  /** Of what was filed with its amount, in hundredths; not where a folder has rights of its own. For whoever may read the register alone. */
  readonly least: number | null
  readonly most: number | null
  readonly from: Instant | null
  /** Not included. */
  readonly until: Instant | null
  /** Under way, and its deadline is less than a day away or past. */
  readonly soon: boolean
}

export const NO_FILTERS: Filters = {
  search: '',
  stage: '',
  sender: '',
  responsible: '',
  party: '',
  entity: '',
  template: '',
  least: null,
  most: null,
  from: null,
  until: null,
  soon: false,
}

type Where = ExpressionBuilder<Database, 'envelope'>

export const isWithin =
  (filters: Filters, at: Instant) =>
  (where: Where): Expression<SqlBool> => {
    const { search, stage, sender, responsible, party, entity, template, least, most, from, until, soon } = filters
    const all: Expression<SqlBool>[] = []
    if (search.trim()) all.push(isFoundBy(search)(where))
    if (stage)
      all.push(
        where.exists(
          where
            .selectFrom('boardCard')
            .select('boardCard.entry')
            .whereRef('boardCard.envelopeId', '=', 'envelope.id')
            .where('boardCard.stageId', '=', stage),
        ),
      )
    if (sender) all.push(where('envelope.senderId', '=', sender))
    if (responsible)
      all.push(
        where.or([
          where('envelope.responsibleId', '=', responsible),
          where.and([where('envelope.responsibleId', 'is', null), where('envelope.senderId', '=', responsible)]),
        ]),
      )
    for (const word of searchWords(party))
      all.push(
        where.exists(
          recipientsOf(where)
            .where('recipient.side', '=', 'other')
            .where(where.or(['company', 'firstName', 'lastName', 'email'].map((column) => contains(column, word)))),
        ),
      )
    if (entity) all.push(where('envelope.legalEntityId', '=', entity))
    if (template) all.push(where('envelope.templateId', '=', template))
    if (least !== null || most !== null) {
      const filed = where
        .selectFrom('vaultEntry')
        .select('vaultEntry.seq')
        .whereRef('vaultEntry.envelopeId', '=', 'envelope.id')
        .where('vaultEntry.scopeId', 'is', null)
      const low = filed.where('vaultEntry.amount', '>=', least ?? 0)
      all.push(where.exists(most === null ? low : low.where('vaultEntry.amount', '<=', most)))
    }
    if (from) all.push(where('envelope.createdAt', '>=', from))
    if (until) all.push(where('envelope.createdAt', '<', until))
    if (soon) all.push(where('envelope.status', '=', 'sent'), where('envelope.deadline', '<', later(at, DAY)))
    return all.length ? where.and(all) : where.lit(true)
  }
