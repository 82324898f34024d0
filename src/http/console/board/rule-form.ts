import { z } from 'zod'
import { UNITS } from '../../../board/delay.ts'
import {
  type Action,
  ACTION_KINDS,
  type ActionKind,
  ADDRESSEES,
  COMPARISONS,
  type Condition,
  CONDITION_KINDS,
  type ConditionKind,
  type Rule,
  type RuleDetails,
} from '../../../board/rule.ts'
import { readEmailAddress } from '../../../base/email-address.ts'
import { Refusal } from '../../../base/refusal.ts'
import { LANGUAGES } from '../../../view/words.ts'
import { line, lines } from '../../schemas.ts'

/** The form of a rule: every value by the name of its field, and the kinds of its conditions in order. */
export interface RuleForm {
  readonly values: Readonly<Record<string, string>>
  readonly conditions: readonly ConditionKind[]
  readonly action: ActionKind
}

export const MOST_CONDITIONS = 5

const own = (record: Readonly<Record<string, unknown>>, name: string): string => (typeof record[name] === 'string' ? record[name] : '')
const oneLine = (text: string, longest = 200): string => line(longest).parse(text.slice(0, longest))
const manyLines = (text: string, longest: number): string => lines(longest).parse(text.slice(0, longest))
const oneOf = <T extends string>(choices: readonly T[], text: string): T => choices.find((choice) => choice === text) ?? choices[0]!

/** As it was sent, whatever is missing or wrong in it: nothing that was typed is lost. */
export function formIn(body: Readonly<Record<string, unknown>>, action: ActionKind): RuleForm {
  const values = Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' && name !== 'csrf' ? [[name, value]] : [])),
  )
  const conditions: ConditionKind[] = []
  for (let at = 0; at < MOST_CONDITIONS; at++) {
    const kind = CONDITION_KINDS.find((one) => one === values[`c${at}-kind`])
    if (!kind) break
    conditions.push(kind)
  }
  return { values, conditions, action }
}

/** With one condition more, or one less. */
export function withCondition(form: RuleForm, kind: string): RuleForm {
  const added = CONDITION_KINDS.find((one) => one === kind)
  return added && form.conditions.length < MOST_CONDITIONS ? { ...form, conditions: [...form.conditions, added] } : form
}

export function withoutCondition(form: RuleForm, removed: number): RuleForm {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(form.values)) {
    const [, place, rest] = /^c(\d)-(.+)$/.exec(name) ?? []
    if (place === undefined) values[name] = value
    else if (Number(place) < removed) values[name] = value
    else if (Number(place) > removed) values[`c${Number(place) - 1}-${rest}`] = value
  }
  return { ...form, values, conditions: form.conditions.toSpliced(removed, 1) }
}

/** What the form says; the room judges whether it can be. */
export function detailsIn({ values, conditions, action }: RuleForm): RuleDetails {
  const wait = z
    .string()
    .trim()
    .regex(/^\d{1,6}$/)
    .safeParse(values['wait'] || '0')
  if (!wait.success) throw new Refusal('invalid', 'board.wait-invalid')
  return {
    wait: Number(wait.data),
    unit: oneOf(UNITS, own(values, 'unit')),
    stays: own(values, 'stays') !== '',
    conditions: conditions.map((kind, at) => conditionIn(kind, (name) => own(values, `c${at}-${name}`))),
    action: actionIn(action, (name) => own(values, name)),
  }
}

function conditionIn(kind: ConditionKind, value: (name: string) => string): Condition {
  switch (kind) {
    case 'party':
      return { kind, text: oneLine(value('text')) }
    case 'field':
      return { kind, label: oneLine(value('label')), compare: oneOf(COMPARISONS, value('compare')), value: oneLine(value('value')) }
    case 'deadline': {
      if (!/^\d{1,3}$/.test(value('days').trim())) throw new Refusal('invalid', 'number.invalid')
      return { kind, compare: oneOf(['at-most', 'at-least'] as const, value('compare')), days: Number(value('days')) }
    }
    case 'sender':
    case 'responsible':
      return { kind, user: value('user') }
    case 'department':
      return { kind, department: value('department') }
    case 'template':
      return { kind, template: value('template') }
    case 'entity':
      return { kind, entity: value('entity') }
  }
}

function actionIn(kind: ActionKind, value: (name: string) => string): Action {
  const told = (name: string, read: (text: string) => string) =>
    Object.fromEntries(LANGUAGES.map((language) => [language, read(value(`${name}-${language}`))])) as Record<
      (typeof LANGUAGES)[number],
      string
    >
  switch (kind) {
    case 'tell': {
      const to = oneOf(ADDRESSEES, value('to'))
      const address = to === 'address' ? readEmailAddress(value('address')) : ''
      if (address === null) throw new Refusal('invalid', 'user.address-invalid')
      return {
        kind,
        to,
        address,
        subject: told('subject', (text) => oneLine(text, 150)),
        text: told('text', (text) => manyLines(text, 2_000)),
      }
    }
    case 'responsible':
      return { kind, user: value('user') }
    case 'note':
      return { kind, text: manyLines(value('note'), 2_000) }
    case 'webhook':
      return { kind, target: value('target') }
    case 'follow-up':
      return { kind, template: value('template') }
    case 'move':
      return { kind, stage: value('stage') }
  }
}

export const isActionKind = (text: string): text is ActionKind => (ACTION_KINDS as readonly string[]).includes(text)

/** A rule as its form shows it. */
export function formOf({ wait, unit, stays, conditions, action }: Rule): RuleForm {
  const values: Record<string, string> = { wait: String(wait), unit, ...(stays ? { stays: '1' } : {}) }
  for (const [at, { kind, ...rest }] of conditions.entries())
    for (const [name, value] of Object.entries({ kind, ...rest })) values[`c${at}-${name}`] = String(value)
  const { kind, ...rest } = action
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value === 'object') for (const [language, text] of Object.entries(value)) values[`${name}-${language}`] = text
    else values[kind === 'note' ? 'note' : name] = value
  }
  return { values, conditions: conditions.map((condition) => condition.kind), action: kind }
}
