import { compare, readDecimal, round } from './decimal.ts'
import { decimalsOf, type EntryFault, formatOf, isNumeric, storedNumber, withinLimits } from './entry.ts'
import { evaluate, type Formula, namesIn, nameKey, readFormula } from './formula.ts'
import type { Condition, Rules } from './rules.ts'

/** A field as conditions and calculations see it. */
export interface RuledField {
  readonly id: string
  readonly documentId: string
  readonly recipientId: string | null
  readonly kind: string
  readonly label: string
  readonly required: boolean
  readonly rules: Rules
}

export interface FieldState {
  /** Hidden ones are not asked, not filled in and not drawn. */
  readonly shown: boolean
  readonly required: boolean
  /** Empty where it is hidden; of a calculation its result. */
  readonly value: string
  /** Of a calculation that has no result though something was entered. */
  readonly fault: EntryFault | null
}

const HIDDEN: FieldState = { shown: false, required: false, value: '', fault: null }

/** Buttons that are one choice. */
export const groupOf = ({ documentId, recipientId, rules, id }: Pick<RuledField, 'documentId' | 'recipientId' | 'rules' | 'id'>): string =>
  rules.group ? `${documentId} ${recipientId} ${rules.group}` : id

/**
 * How every field stands, given what was entered. Decided anew from the entries each time, on the server as on the page: a field that is
 * hidden counts as empty for others, whatever was typed into it before. What goes round in a circle counts as hidden.
 */
export function statesOf(
  fields: readonly RuledField[],
  enteredIn: (id: string) => string,
  language: string,
): ReadonlyMap<string, FieldState> {
  const all = new Map(fields.map((field) => [field.id, field]))
  const groups = Map.groupBy(
    fields.filter(({ kind }) => kind === 'radio'),
    groupOf,
  )
  const named = new Map(fields.flatMap((field) => (field.rules.name ? [[nameKey(field.rules.name), field] as const] : [])))
  const states = new Map<string, FieldState>()
  const underWay = new Set<string>()

  const stateOf = (field: RuledField): FieldState => {
    const known = states.get(field.id)
    if (known) return known
    if (underWay.has(field.id)) return HIDDEN
    underWay.add(field.id)
    const made = make(field)
    underWay.delete(field.id)
    states.set(field.id, made)
    return made
  }

  function make(field: RuledField): FieldState {
    const { show, require } = field.rules
    if (show && !holds(show)) return HIDDEN
    const required = field.required || (require !== undefined && holds(require))
    if (field.kind !== 'calculation') return { shown: true, required, value: enteredIn(field.id), fault: null }
    return { shown: true, required: false, ...resultOf(field) }
  }

  function holds({ field: id, is, value = '' }: Condition): boolean {
    const field = all.get(id)
    if (!field) return false
    const own = stateOf(field).value
    const members = field.kind === 'radio' ? (groups.get(groupOf(field)) ?? []) : []
    const chosen = members.find((member) => stateOf(member).value === '1')
    switch (is) {
      case 'ticked':
        return own === '1'
      case 'unticked':
        return own !== '1'
      case 'filled':
        return members.length ? chosen !== undefined : own !== ''
      case 'empty':
        return members.length ? chosen === undefined : own === ''
      case 'equals':
        return isSame(field, members.length ? (chosen?.label ?? '') : own, value)
      case 'differs':
        return !isSame(field, members.length ? (chosen?.label ?? '') : own, value)
    }
  }

  function resultOf(field: RuledField): Pick<FieldState, 'value' | 'fault'> {
    const formula = formulaOf(field.rules)
    const format = formatOf(field)
    if (!formula || !isNumeric(format)) return { value: '', fault: null }
    const values = new Map(
      namesIn(formula).map((name) => {
        const source = named.get(name)
        return [name, source ? readDecimal(stateOf(source).value) : null]
      }),
    )
    if (values.size && [...values.values()].every((value) => value === null)) return { value: '', fault: null }
    const result = evaluate(formula, (name) => values.get(name) ?? null)
    if (!result) return { value: '', fault: { reason: 'entry.no-result', params: {} } }
    const rounded = round(result, decimalsOf(format))
    const fault = withinLimits(format, rounded, language)
    return { value: fault ? '' : storedNumber(format, rounded), fault }
  }

  for (const field of fields) stateOf(field)
  return states
}

export function formulaOf({ formula }: Rules): Formula | null {
  try {
    return formula ? readFormula(formula) : null
  } catch {
    return null
  }
}

/** Numbers as numbers; everything else letter by letter. */
function isSame(field: RuledField, own: string, wanted: string): boolean {
  const [a, b] = isNumeric(formatOf(field)) ? [readDecimal(own), readDecimal(wanted)] : [null, null]
  return a && b ? compare(a, b) === 0 : own === wanted
}
