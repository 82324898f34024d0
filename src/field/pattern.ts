/**
 * A sender's own pattern, matched by walking all ways at once: the time is at most the length of the text times the size of the pattern,
 * whatever is written. What such a walk cannot do (looking around, going back to a group) is refused while the field is designed.
 */
export interface Pattern {
  /** Whether the whole text fits. Takes from `purse` what it walks; throws `PurseEmpty`. */
  matches(text: string, purse?: Purse): boolean
}

/** Steps that may be walked for one request, however many patterns there are. */
export interface Purse {
  left: number
  readonly known: Map<string, Pattern>
}
export const MOST_WALKED = 4_000_000
export const newPurse = (): Purse => ({ left: MOST_WALKED, known: new Map() })
export class PurseEmpty extends Error {
  override name = 'PurseEmpty'
}

/** Compiled once for each purse. */
export function patternIn(purse: Purse, source: string): Pattern {
  const pattern = purse.known.get(source) ?? readPattern(source)
  purse.known.set(source, pattern)
  return pattern
}

/** Where a pattern stops being one that is understood: an offset into its text. */
export class PatternFault extends Error {
  override name = 'PatternFault'
  readonly reason: 'field.pattern-unfinished' | 'field.pattern-sign' | 'field.pattern-large'
  readonly at: number
  readonly sign: string
  constructor(reason: PatternFault['reason'], at: number, sign = '') {
    super(reason)
    this.reason = reason
    this.at = at
    this.sign = sign
  }
}

type Test = (sign: string) => boolean
/** Of a class: how much it asks of a sign. */
const weights = new WeakMap<Test, number>()
type Node =
  | { readonly kind: 'one'; readonly test: Test }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Node[] }
  | { readonly kind: 'times'; readonly of: Node; readonly least: number; readonly most: number }

/** Steps of the walk: what one sign is held against for each position of the text. */
const MOST_STEPS = 2_000
const MOST_TIMES = 500
const DEEPEST = 30

const SHORTHAND: Readonly<Record<string, Test>> = {
  d: (sign) => /^\d$/.test(sign),
  D: (sign) => !/^\d$/.test(sign),
  w: (sign) => /^[\p{L}\p{M}\p{N}_]$/u.test(sign),
  W: (sign) => !/^[\p{L}\p{M}\p{N}_]$/u.test(sign),
  s: (sign) => /^\s$/.test(sign),
  S: (sign) => !/^\s$/.test(sign),
}
const CLASSES: Readonly<Record<string, RegExp>> = {
  L: /^\p{L}$/u,
  Lu: /^\p{Lu}$/u,
  Ll: /^\p{Ll}$/u,
  N: /^\p{N}$/u,
  P: /^\p{P}$/u,
}

export function readPattern(source: string): Pattern {
  const steps: Step[] = []
  const start = compiled(new Reader(source).whole(), steps)
  return { matches: (text, purse = newPurse()) => walk(steps, start, text, purse) }
}

class Reader {
  readonly #signs: readonly string[]
  readonly #end: number
  #at = 0

  constructor(source: string) {
    const all = [...source]
    // The whole text is meant anyway.
    this.#at = all[0] === '^' ? 1 : 0
    this.#end = all.at(-1) === '$' && all.at(-2) !== '\\' ? all.length - 1 : all.length
    this.#signs = all
  }

  whole(): Node {
    const node = this.#alternatives(0)
    if (this.#at < this.#end) throw this.#unexpected()
    return node
  }

  get #sign(): string | undefined {
    return this.#at < this.#end ? this.#signs[this.#at] : undefined
  }

  #unexpected(): PatternFault {
    const sign = this.#sign
    return sign === undefined
      ? new PatternFault('field.pattern-unfinished', this.#at)
      : new PatternFault('field.pattern-sign', this.#at, sign)
  }

  #alternatives(depth: number): Node {
    if (depth > DEEPEST) throw new PatternFault('field.pattern-large', this.#at)
    const of = [this.#sequence(depth)]
    while (this.#sign === '|') {
      this.#at++
      of.push(this.#sequence(depth))
    }
    return of.length === 1 ? of[0]! : { kind: 'any', of }
  }

  #sequence(depth: number): Node {
    const of: Node[] = []
    while (this.#sign !== undefined && this.#sign !== '|' && this.#sign !== ')') of.push(this.#repeated(this.#atom(depth)))
    return { kind: 'all', of }
  }

  #atom(depth: number): Node {
    const sign = this.#sign!
    if (sign === '(') return this.#group(depth)
    if (sign === '[') return { kind: 'one', test: this.#set() }
    if (sign === '\\') return { kind: 'one', test: this.#escape() }
    if (/[*+?{}\])^$]/.test(sign)) throw this.#unexpected()
    this.#at++
    return { kind: 'one', test: sign === '.' ? (other) => other !== '\n' : (other) => other === sign }
  }

  #group(depth: number): Node {
    this.#at++
    if (this.#sign === '?') {
      if (this.#signs[this.#at + 1] !== ':') {
        this.#at++
        throw this.#unexpected()
      }
      this.#at += 2
    }
    const inside = this.#alternatives(depth + 1)
    if (this.#sign !== ')') throw this.#unexpected()
    this.#at++
    return inside
  }

  #escape(): Test {
    this.#at++
    const sign = this.#sign
    if (sign === undefined) throw this.#unexpected()
    this.#at++
    if (SHORTHAND[sign]) return SHORTHAND[sign]
    if (sign === 'p' || sign === 'P') {
      const name = /^\{(\w{1,2})\}/.exec(this.#signs.slice(this.#at, this.#end).join(''))?.[1] ?? ''
      const known = CLASSES[name]
      if (!known) throw this.#unexpected()
      this.#at += name.length + 2
      return sign === 'p' ? (other) => known.test(other) : (other) => !known.test(other)
    }
    if (/[\p{L}\p{N}]/u.test(sign)) {
      this.#at--
      throw this.#unexpected()
    }
    return (other) => other === sign
  }

  #set(): Test {
    this.#at++
    const not = this.#sign === '^'
    if (not) this.#at++
    const tests = new Set<Test>()
    const signs = new Set<string>()
    while (this.#sign !== ']') {
      const from = this.#sign
      if (from === undefined) throw this.#unexpected()
      if (from === '\\') {
        tests.add(this.#escape())
        continue
      }
      this.#at++
      const to = this.#signs[this.#at + 1]
      if (this.#sign === '-' && to !== undefined && to !== ']' && this.#at + 1 < this.#end) {
        this.#at++
        if (to === '\\' || to < from) throw this.#unexpected()
        this.#at++
        const [least, most] = [from.codePointAt(0)!, to.codePointAt(0)!]
        tests.add((other) => other.codePointAt(0)! >= least && other.codePointAt(0)! <= most)
      } else signs.add(from)
    }
    this.#at++
    const all = [...tests]
    const set: Test = (other) => (signs.has(other) || all.some((test) => test(other))) !== not
    weights.set(set, 1 + all.length)
    return set
  }

  #repeated(of: Node): Node {
    const sign = this.#sign
    let times: readonly [number, number] | undefined
    if (sign === '*') times = [0, Infinity]
    else if (sign === '+') times = [1, Infinity]
    else if (sign === '?') times = [0, 1]
    if (times) this.#at++
    else if (sign === '{') times = this.#count()
    if (!times) return of
    // A second one behind it, lazy or possessive, would say nothing more about a whole text.
    if (this.#sign !== undefined && /[*+?{]/.test(this.#sign)) throw this.#unexpected()
    return { kind: 'times', of, least: times[0], most: times[1] }
  }

  #count(): readonly [number, number] {
    const [all, least, comma, most] = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(this.#signs.slice(this.#at, this.#end).join('')) ?? []
    if (!all) throw this.#unexpected()
    const from = Number(least)
    const to = comma ? (most ? Number(most) : Infinity) : from
    if (from > MOST_TIMES || (to !== Infinity && (to > MOST_TIMES || to < from))) throw new PatternFault('field.pattern-large', this.#at)
    this.#at += all.length
    return [from, to]
  }
}

interface Step {
  /** Null: nothing is read here. */
  readonly test: Test | null
  readonly next: number[]
}

const END = -1

/** Each node's first step, with the one that follows it. Built from the end. */
function compiled(node: Node, steps: Step[]): number {
  // What reads nothing makes no step, but is repeated too.
  let built = 0
  const put = (test: Test | null, next: number[]): number => {
    if (steps.length >= MOST_STEPS) throw new PatternFault('field.pattern-large', 0)
    return steps.push({ test, next }) - 1
  }
  const build = (one: Node, after: number): number => {
    if (++built > 4 * MOST_STEPS) throw new PatternFault('field.pattern-large', 0)
    switch (one.kind) {
      case 'one':
        return put(one.test, [after])
      case 'all':
        return one.of.reduceRight((next, part) => build(part, next), after)
      case 'any':
        return put(
          null,
          one.of.map((part) => build(part, after)),
        )
      case 'times': {
        let next = after
        if (one.most === Infinity) {
          const loop = put(null, [after])
          steps[loop]!.next.push(build(one.of, loop))
          next = loop
        } else for (let at = one.least; at < one.most; at++) next = put(null, [build(one.of, next), after])
        for (let at = 0; at < one.least; at++) next = build(one.of, next)
        return next
      }
    }
  }
  return build(node, END)
}

function walk(steps: readonly Step[], start: number, text: string, purse: Purse): boolean {
  const take = (cost: number): void => {
    purse.left -= cost
    if (purse.left < 0) throw new PurseEmpty()
  }
  const reached = (from: Iterable<number>): Set<number> => {
    const all = new Set<number>()
    const open = [...from]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (all.has(at)) continue
      all.add(at)
      const step = steps[at]
      take(1 + (step?.next.length ?? 0))
      if (step && !step.test) for (const next of step.next) open.push(next)
    }
    return all
  }
  let here = reached([start])
  for (const sign of text) {
    const next: number[] = []
    // What is repeated asks the same of one sign: it is asked once.
    const answers = new Map<Test, boolean>()
    for (const at of here) {
      const step = steps[at]
      if (!step?.test) continue
      let isOne = answers.get(step.test)
      if (isOne === undefined) {
        take(weights.get(step.test) ?? 1)
        answers.set(step.test, (isOne = step.test(sign)))
      }
      if (isOne) next.push(step.next[0]!)
    }
    if (!next.length) return false
    here = reached(next)
  }
  return here.has(END)
}
