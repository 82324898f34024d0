import { add, compare, type Decimal, divide, multiply, negate, readDecimal, round, ZERO } from './decimal.ts'

/** A formula, read. */
export type Formula =
  | { readonly kind: 'number'; readonly value: Decimal }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'negative'; readonly of: Formula }
  | { readonly kind: '+' | '-' | '*' | '/'; readonly left: Formula; readonly right: Formula }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly of: readonly Formula[] }

const FUNCTIONS = { round: [1, 2], sum: [1, 40], min: [1, 40], max: [1, 40], abs: [1, 1] } as const
type FunctionName = keyof typeof FUNCTIONS

/** What is wrong with a formula, and where: an offset into its text. */
export class FormulaFault extends Error {
  override name = 'FormulaFault'
  readonly reason: 'field.formula-unfinished' | 'field.formula-sign' | 'field.formula-function' | 'field.formula-long'
  readonly at: number
  readonly sign: string
  constructor(reason: FormulaFault['reason'], at: number, sign = '') {
    super(reason)
    this.reason = reason
    this.at = at
    this.sign = sign
  }
}

/** Names are told apart without regard to case. */
export const nameKey = (name: string): string => name.normalize('NFC').toLowerCase()
export const isName = (name: string): boolean => /^[\p{L}_][\p{L}\p{M}\p{N}_]{0,39}$/u.test(name) && !(nameKey(name) in FUNCTIONS)

const MOST_PARTS = 200
const DEEPEST = 40

interface Part {
  readonly text: string
  readonly at: number
}

/**
 * `round((price + 2,50) * days; 2)`: + - * / with parentheses, round(value; places), sum, min, max, abs. Between digits a comma is a decimal
 * mark as a full stop is; arguments are parted by a semicolon, or by a comma with a blank.
 */
export function readFormula(text: string): Formula {
  const parts = partsOf(text)
  let at = 0
  const here = (): string => parts[at]?.text ?? ''
  const place = (): number => parts[at]?.at ?? text.length
  const unexpected = (): FormulaFault =>
    here() ? new FormulaFault('field.formula-sign', place(), here()) : new FormulaFault('field.formula-unfinished', place())
  const expect = (sign: string): void => {
    if (here() !== sign) throw unexpected()
    at++
  }
  const chain = (signs: readonly string[], next: (depth: number) => Formula, depth: number): Formula => {
    let left = next(depth)
    while (signs.includes(here())) {
      const kind = parts[at++]!.text as '+'
      left = { kind, left, right: next(depth) }
    }
    return left
  }
  const sum = (depth: number): Formula => chain(['+', '-'], product, depth)
  const product = (depth: number): Formula => chain(['*', '/'], factor, depth)
  const factor = (depth: number): Formula => {
    if (depth > DEEPEST) throw new FormulaFault('field.formula-long', place())
    const part = here()
    if (part === '-' || part === '+') {
      at++
      const of = factor(depth + 1)
      return part === '-' ? { kind: 'negative', of } : of
    }
    if (part === '(') {
      at++
      const inside = sum(depth + 1)
      expect(')')
      return inside
    }
    if (/^\d/.test(part)) {
      const value = readDecimal(part.replace(',', '.'))
      if (!value) throw unexpected()
      at++
      return { kind: 'number', value }
    }
    if (!/^[\p{L}_]/u.test(part)) throw unexpected()
    const from = place()
    at++
    return here() === '(' ? call(part, from, depth + 1) : { kind: 'name', name: nameKey(part) }
  }
  const call = (written: string, from: number, depth: number): Formula => {
    const name = nameKey(written) as FunctionName
    const counts = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (!counts) throw new FormulaFault('field.formula-function', from, written)
    expect('(')
    const of = [sum(depth)]
    while (here() === ';' || here() === ',') {
      at++
      of.push(sum(depth))
    }
    expect(')')
    if (of.length < counts[0] || of.length > counts[1]) throw new FormulaFault('field.formula-function', from, written)
    return { kind: 'call', name, of }
  }
  const whole = sum(0)
  if (at < parts.length) throw unexpected()
  return whole
}

function partsOf(text: string): Part[] {
  const parts: Part[] = []
  const pattern = /\s+|(\d+(?:[.,]\d+)?|[\p{L}_][\p{L}\p{M}\p{N}_]*|[-+*/();,×÷·−:])|(.)/gsu
  for (const { 0: whole, 1: part, 2: strange, index } of text.matchAll(pattern)) {
    if (strange) throw new FormulaFault('field.formula-sign', index, strange)
    if (part) parts.push({ text: SAME.get(part) ?? part, at: index })
    else if (!whole.trim()) continue
    if (parts.length > MOST_PARTS) throw new FormulaFault('field.formula-long', index)
  }
  if (!parts.length) throw new FormulaFault('field.formula-unfinished', 0)
  return parts
}

/** What people write for the same. */
const SAME: ReadonlyMap<string, string> = new Map(Object.entries({ '×': '*', '·': '*', '÷': '/', ':': '/', '−': '-' }))

/** The names of the fields that it needs, without doubles. */
export function namesIn(formula: Formula): string[] {
  const names = new Set<string>()
  const visit = (part: Formula): void => {
    if (part.kind === 'name') names.add(part.name)
    else if (part.kind === 'negative') visit(part.of)
    else if (part.kind === 'call') part.of.forEach(visit)
    else if (part.kind !== 'number') [part.left, part.right].forEach(visit)
  }
  visit(formula)
  return [...names]
}

/** Null: there is no result, because something is divided by zero or too long. What is not entered counts as zero. */
export function evaluate(formula: Formula, valueOf: (name: string) => Decimal | null): Decimal | null {
  switch (formula.kind) {
    case 'number':
      return formula.value
    case 'name':
      return valueOf(formula.name) ?? ZERO
    case 'negative': {
      const value = evaluate(formula.of, valueOf)
      return value && negate(value)
    }
    case 'call':
      return called(
        formula.name,
        formula.of.map((one) => evaluate(one, valueOf)),
      )
    default: {
      const [left, right] = [evaluate(formula.left, valueOf), evaluate(formula.right, valueOf)]
      if (!left || !right) return null
      if (formula.kind === '+') return add(left, right)
      if (formula.kind === '-') return add(left, negate(right))
      return formula.kind === '*' ? multiply(left, right) : divide(left, right)
    }
  }
}

function called(name: FunctionName, values: readonly (Decimal | null)[]): Decimal | null {
  if (!values.every((value) => value !== null)) return null
  const [first, second] = values as [Decimal, Decimal?]
  switch (name) {
    case 'round': {
      const places = second ? Number(second.digits) / 10 ** second.scale : 0
      return Number.isInteger(places) && places >= 0 && places <= 10 ? round(first, places) : null
    }
    case 'abs':
      return first.digits < 0n ? negate(first) : first
    case 'sum':
      return values.reduce<Decimal | null>((total, value) => total && add(total, value), ZERO)
    case 'min':
      return values.reduce((least, value) => (compare(value, least) < 0 ? value : least), first)
    case 'max':
      return values.reduce((most, value) => (compare(value, most) > 0 ? value : most), first)
  }
}
