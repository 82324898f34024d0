import { z } from 'zod'
import { LEVELS } from '../../access/permissions.ts'
import { fullName, type User } from '../../access/roles.ts'
import { listUsers } from '../../access/users.ts'
import { listStages, stageName } from '../../board/stages.ts'
import type { Filters } from '../../envelope/filtering.ts'
import { listLegalEntities } from '../../setting/legal-entity.ts'
import { readSetting } from '../../setting/setting.ts'
import { instantAt } from '../../view/local-time.ts'
import { blankForm, type Form } from '../answers.ts'
import { listTemplates } from '../../template/templates.ts'
import { requireUser } from '../access.ts'
import type { Ctx } from '../env.ts'
import { DAY, later } from '../../base/instant.ts'
import { numberIn } from '../../base/number-in.ts'

const text = z.string().trim().max(200).catch('')

/** The part of the address that narrows the list and the board alike. What cannot be read narrows nothing. */
const Query = z.object({
  search: text,
  stage: text,
  sender: text,
  responsible: text,
  party: text,
  entity: text,
  template: text,
  least: text,
  most: text,
  from: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/)
    .catch(''),
  to: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/)
    .catch(''),
  soon: z.literal('1').or(z.literal('')).catch(''),
})
export type FilterName = keyof z.infer<typeof Query>
export const FILTER_NAMES = Object.keys(Query.shape) as FilterName[]

export interface ReadFilters {
  readonly filters: Filters
  readonly values: Readonly<Record<FilterName, string>>
  /** As in the address, without a question mark; empty: none. */
  readonly query: string
}

export async function readFilters(c: Ctx): Promise<ReadFilters> {
  return filtersIn(c, c.req.query())
}

export async function filtersIn(c: Ctx, given: Readonly<Record<string, string>>): Promise<ReadFilters> {
  const values = Query.parse(Object.fromEntries(FILTER_NAMES.map((name) => [name, given[name] ?? ''])))
  const { timeZone } = await readSetting(c.var.house.db, 'installation')
  const morning = (day: string) => (day ? instantAt({ day, time: '00:00' }, timeZone) : null)
  const last = morning(values.to)
  const isKnown = knowsAmounts(requireUser(c))
  const amounts = { least: isKnown ? hundredths(values.least) : null, most: isKnown ? hundredths(values.most) : null }
  const { from: _from, to: _to, soon, least: _least, most: _most, ...same } = values
  return {
    values,
    filters: { ...same, ...amounts, from: morning(values.from), until: last && later(last, DAY), soon: soon === '1' },
    query: new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString(),
  }
}

/** What is no amount narrows nothing. */
function hundredths(text: string): number | null {
  const amount = numberIn(text)
  return amount === null || Math.abs(amount) > 1e12 ? null : Math.round(amount * 100)
}

/** An amount stands in the register: it narrows nothing for whoever sees less there than here. */
const knowsAmounts = ({ permissions: { vault, documents } }: User): boolean =>
  vault.open && LEVELS.indexOf(vault.documents) >= LEVELS.indexOf(documents.view)

export interface FilterView {
  readonly form: Form
  readonly query: string
  readonly hasAmounts: boolean
  /** Beside the search, how many narrow. */
  readonly count: number
  readonly stages: readonly { readonly value: string; readonly label: string }[]
  readonly users: readonly { readonly value: string; readonly label: string }[]
  readonly templates: readonly { readonly value: string; readonly label: string }[]
  readonly entities: readonly { readonly value: string; readonly label: string }[]
}

/** What the form of filters offers. */
export async function filterView(c: Ctx, { values, query }: ReadFilters): Promise<FilterView> {
  const { db } = c.var.house
  const [stages, users, entities, templates] = await Promise.all([
    listStages(db),
    listUsers(db),
    listLegalEntities(db),
    listTemplates(db, requireUser(c), { published: true }),
  ])
  return {
    form: blankForm(values),
    hasAmounts: knowsAmounts(requireUser(c)),
    query,
    count: FILTER_NAMES.filter((name) => name !== 'search' && values[name]).length,
    stages: stages.map((stage) => ({ value: stage.id, label: stageName(stage, c.var.lang) })),
    users: users.map((user) => ({ value: user.id, label: fullName(user) })),
    templates: templates.map(({ id, name }) => ({ value: id, label: name })),
    entities: entities.map(({ id, legalName }) => ({ value: id, label: legalName })),
  }
}
