import type { RefusalParams } from '../base/refusal.ts'
import { compare, readDecimal } from './decimal.ts'
import { formatOf, isFault, isNumeric, readEntry } from './entry.ts'
import { FormulaFault, isName, namesIn, nameKey, readFormula } from './formula.ts'
import { PatternFault, readPattern } from './pattern.ts'
import type { Condition, Rules } from './rules.ts'
import { groupOf, type RuledField } from './state.ts'

/** A field as its sender has set it up. */
export interface DesignedField extends RuledField {
  readonly readOnly: boolean
  /** As it was set beforehand. */
  readonly value: string
  /** Nobody fills it in: it stands in the document before anybody signs. */
  readonly prefilled: boolean
}

export interface DesignFault {
  readonly fieldId: string
  readonly reason: string
  readonly params: RefusalParams
}

/**
 * What of a design cannot be meant so: told while it is made, and never sent. `turnOf` is the routing order of whoever fills a field in;
 * null: nobody does, its value is known from the start.
 */
export function designFaults(
  fields: readonly DesignedField[],
  turnOf: (field: DesignedField) => number | null,
  language: string,
): DesignFault[] {
  const faults: DesignFault[] = []
  const all = new Map(fields.map((field) => [field.id, field]))
  const named = new Map<string, DesignedField>()
  for (const field of fields) {
    const fault = (reason: string, params: RefusalParams = {}): void => void faults.push({ fieldId: field.id, reason, params })
    judgeOptions(field, fault)
    judgeFormat(field, fault, language)
    judgeName(field, named, fault)
  }
  judgeGroups(fields, faults)
  const isKnown = (of: DesignedField, by: DesignedField): boolean => {
    const [theirs, own] = [turnOf(of), turnOf(by)]
    return theirs === null || of.recipientId === by.recipientId || (own !== null && theirs < own)
  }
  for (const field of fields) {
    const fault = (reason: string, params: RefusalParams = {}): void => void faults.push({ fieldId: field.id, reason, params })
    const { show, require, formula } = field.rules
    if (show && (field.prefilled || field.kind === 'signature'))
      fault(field.kind === 'signature' ? 'design.signature-condition' : 'design.prefilled-condition')
    for (const condition of [show, require]) if (condition) judgeCondition(field, condition, all, isKnown, fault)
    if (field.kind === 'calculation') judgeFormula(field, formula ?? '', named, isKnown, fault)
  }
  faults.push(...circles(fields, all, named))
  return faults
}

type Tell = (reason: string, params?: RefusalParams) => void

function judgeOptions({ kind, rules, value, label, readOnly, prefilled, required }: DesignedField, fault: Tell): void {
  if (kind === 'drop-down') {
    if (!rules.options?.length) fault('design.no-options')
    else if (value && !rules.options.includes(value)) fault('design.not-an-option', { value })
  }
  if (kind === 'radio' && !rules.group) fault('design.no-group')
  if (kind === 'radio' && !label) fault('design.no-answer')
  if (kind === 'contact' && !rules.source) fault('design.no-source')
  if (required && readOnly && prefilled && !value && ['text', 'multiline', 'date', 'drop-down'].includes(kind))
    fault('design.empty-for-ever')
}

function judgeFormat(field: DesignedField, fault: Tell, language: string): void {
  const { rules, value, kind } = field
  const format = formatOf(field)
  if (format?.type === 'pattern') {
    try {
      readPattern(format.pattern)
    } catch (error) {
      if (!(error instanceof PatternFault)) throw error
      return fault(error.reason, { at: error.at + 1, sign: error.sign })
    }
    if (!format.pattern) return fault('field.pattern-unfinished', { at: 1 })
  }
  if (isNumeric(format) || format?.type === 'date') {
    const { min, max } = format
    const isBackward = min && max && (format.type === 'date' ? min > max : compare(readDecimal(min)!, readDecimal(max)!) > 0)
    if (isBackward) return fault('design.min-max')
  }
  if (!value || kind === 'calculation') return
  if (rules.maxLength && [...value].length > rules.maxLength) return fault('design.value-too-long', { most: rules.maxLength })
  if (format && isFault(readEntry(format, value, language))) fault('design.value-refused', { value })
}

function judgeName(field: DesignedField, named: Map<string, DesignedField>, fault: Tell): void {
  const { name } = field.rules
  if (!name) return
  if (!isName(name)) return fault('design.name', { name })
  if (!isNumeric(formatOf(field))) return fault('design.name-no-number', { name })
  if (named.has(nameKey(name))) return fault('design.name-twice', { name })
  named.set(nameKey(name), field)
}

function judgeGroups(fields: readonly DesignedField[], faults: DesignFault[]): void {
  const radios = fields.filter(({ kind, rules }) => kind === 'radio' && rules.group)
  for (const [, members] of Map.groupBy(radios, groupOf)) {
    const [first] = members as [DesignedField]
    const params = { group: first.rules.group! }
    const told = (reason: string, field: DesignedField, more: RefusalParams = {}): void =>
      void faults.push({ fieldId: field.id, reason, params: { ...params, ...more } })
    if (members.length < 2) told('design.lonely-choice', first)
    const chosen = members.filter(({ value }) => value === '1')
    if (chosen[1]) told('design.two-chosen', chosen[1])
    const labels = new Set<string>()
    for (const member of members) {
      if (member.label && labels.has(member.label)) told('design.same-answer', member, { label: member.label })
      labels.add(member.label)
    }
  }
}

const BOXES: ReadonlySet<string> = new Set(['checkbox', 'radio'])
/** Marks and files have a value that nobody compares. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set(['signature', 'initials', 'stamp', 'attachment', 'checkbox'])

function judgeCondition(
  field: DesignedField,
  { field: id, is, value = '' }: Condition,
  all: ReadonlyMap<string, DesignedField>,
  isKnown: (of: DesignedField, by: DesignedField) => boolean,
  fault: Tell,
): void {
  const other = all.get(id)
  if (!other) return fault('design.condition-gone')
  const params = { label: other.label || other.rules.group || other.rules.name || '', kind: other.kind }
  if (!isKnown(other, field)) return fault('design.condition-later', params)
  if ((is === 'ticked' || is === 'unticked') && !BOXES.has(other.kind)) return fault('design.condition-kind', params)
  if ((is === 'equals' || is === 'differs') && (WITHOUT_TEXT.has(other.kind) || other.kind === 'signature'))
    return fault('design.condition-kind', params)
  if (is === 'equals' && !value) return fault('design.condition-empty')
  if (is === 'equals' && other.kind === 'drop-down' && !other.rules.options?.includes(value))
    return fault('design.condition-impossible', { value, ...params })
  if (is === 'equals' && other.kind === 'radio' && !answersOf(other, all).includes(value))
    return fault('design.condition-impossible', { value, ...params })
  if (isNever(other, is, value)) fault('design.condition-never', params)
}

const answersOf = (radio: DesignedField, all: ReadonlyMap<string, DesignedField>): string[] =>
  [...all.values()].filter((other) => other.kind === 'radio' && groupOf(other) === groupOf(radio)).map(({ label }) => label)

/** What nobody can change never becomes what is waited for. */
function isNever(other: DesignedField, is: Condition['is'], value: string): boolean {
  const isFixed = other.prefilled
    ? ['text', 'multiline', 'date', 'drop-down'].includes(other.kind)
    : other.kind === 'checkbox' && other.readOnly
  if (!isFixed) return false
  const own = other.kind === 'checkbox' ? (other.value ? '1' : '') : other.value
  return {
    ticked: own !== '1',
    unticked: own === '1',
    filled: !own,
    empty: own !== '',
    equals: own !== value,
    differs: own === value,
  }[is]
}

function judgeFormula(
  field: DesignedField,
  formula: string,
  named: ReadonlyMap<string, DesignedField>,
  isKnown: (of: DesignedField, by: DesignedField) => boolean,
  fault: Tell,
): void {
  if (!formula) return fault('design.no-formula')
  try {
    for (const name of namesIn(readFormula(formula))) {
      const other = named.get(name)
      if (!other) fault('design.formula-name', { name })
      else if (!isKnown(other, field)) fault('design.formula-later', { name })
    }
  } catch (error) {
    if (!(error instanceof FormulaFault)) throw error
    fault(error.reason, { at: error.at + 1, sign: error.sign })
  }
}

/** Each field that waits for itself, by its conditions and calculations. */
function circles(
  fields: readonly DesignedField[],
  all: ReadonlyMap<string, DesignedField>,
  named: ReadonlyMap<string, DesignedField>,
): DesignFault[] {
  const needs = new Map(fields.map((field) => [field.id, needsOf(field, all, named)]))
  const done = new Set<string>()
  const faults: DesignFault[] = []
  const visit = (id: string, way: readonly string[]): void => {
    if (way.includes(id)) {
      if (!faults.some(({ fieldId }) => way.slice(way.indexOf(id)).includes(fieldId)))
        faults.push({ fieldId: id, reason: 'design.circle', params: {} })
      return
    }
    if (done.has(id)) return
    for (const next of needs.get(id) ?? []) visit(next, [...way, id])
    done.add(id)
  }
  for (const { id } of fields) visit(id, [])
  return faults
}

function needsOf(
  { rules, id }: Pick<DesignedField, 'id'> & { readonly rules: Rules },
  all: ReadonlyMap<string, DesignedField>,
  named: ReadonlyMap<string, DesignedField>,
): string[] {
  const ids = rules.show ? [rules.show.field] : []
  if (rules.require?.field === id) ids.push(id)
  if (rules.formula)
    try {
      for (const name of namesIn(readFormula(rules.formula))) ids.push(named.get(name)?.id ?? '')
    } catch {
      // Told where the formula is read.
    }
  return ids.filter((one) => all.has(one))
}
