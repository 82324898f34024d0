/**
 * What a field asks beyond its place and kind: one JSON text beside the field, `{}` where it is nothing. Whoever copies fields copies the text
 * and renames the ids in it (`renamed`).
 */
export interface Rules {
  /** Shown to the signer below the field. */
  readonly help?: string
  readonly placeholder?: string
  /** Characters. */
  readonly maxLength?: number
  /** Of a drop-down: what may be chosen, in order. */
  readonly options?: readonly string[]
  /** Of a radio button: the question. Buttons of one person in one document with the same one are one choice; the label is the answer. */
  readonly group?: string
  /** Of a contact field: what of the person or of their company it is. */
  readonly source?: Source
  readonly format?: Format
  /** Otherwise it is not asked, not filled in and not drawn. */
  readonly show?: Condition
  /** Then it must be filled in, though it is optional otherwise. */
  readonly require?: Condition
  /** What calculations call it. */
  readonly name?: string
  /** Of a calculation: `round(price * days; 2)`. */
  readonly formula?: string
}

/** About another field, by its id. `equals` and `differs` compare the value as it is stored. */
export interface Condition {
  readonly field: string
  readonly is: (typeof COMPARISONS)[number]
  readonly value?: string
}
export const COMPARISONS = ['ticked', 'unticked', 'filled', 'empty', 'equals', 'differs'] as const

/** How the text is to be. `min` and `max`: decimals as `1234.5`, days as `2026-11-24`. */
export type Format =
  | { readonly type: 'number'; readonly decimals: number; readonly min?: string; readonly max?: string }
  | { readonly type: 'amount'; readonly currency: string; readonly min?: string; readonly max?: string }
  | { readonly type: 'date'; readonly min?: string; readonly max?: string }
  | { readonly type: 'iban' }
  | { readonly type: 'email' }
  | { readonly type: 'phone' }
  | { readonly type: 'pattern'; readonly pattern: string; readonly sentence: string }
export const FORMATS = ['number', 'amount', 'date', 'iban', 'email', 'phone', 'pattern'] as const

/** What a contact field may hold. */
export const SOURCES = [
  'first-name',
  'last-name',
  'email',
  'phone',
  'job-title',
  'company',
  'registration-number',
  'vat-number',
  'address',
  'bank',
  'company-details',
] as const
export type Source = (typeof SOURCES)[number]
/** These take several lines. */
export const LONG_SOURCES: ReadonlySet<Source | undefined> = new Set<Source>(['address', 'bank', 'company-details'])

/** The stored text, which this house wrote. */
export const rulesOf = ({ rules }: { readonly rules: string }): Rules => JSON.parse(rules) as Rules

/** The same rules among copies of the fields: `ids` says which field became which. A condition on a field that was left behind stays as it is. */
export function renamed<R extends Rules>(rules: R, ids: ReadonlyMap<string, string>): R {
  const moved = (condition: Condition | undefined): Condition | undefined =>
    condition && { ...condition, field: ids.get(condition.field) ?? condition.field }
  const { show, require } = rules
  return { ...rules, ...(show ? { show: moved(show) } : {}), ...(require ? { require: moved(require) } : {}) }
}

/** For whoever copies rows: the same with the stored text. */
export const renamedText = (rules: string, ids: ReadonlyMap<string, string>): string =>
  JSON.stringify(renamed(JSON.parse(rules) as Rules, ids))
