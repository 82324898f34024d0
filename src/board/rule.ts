import type { BoardRuleRow, DelayUnit, Language } from '../db/database.ts'

export const COMPARISONS = ['is', 'is-not', 'contains', 'at-least', 'at-most', 'filled', 'empty'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** What must hold for a rule to act. */
export type Condition =
  | { readonly kind: 'party'; readonly text: string }
  | { readonly kind: 'field'; readonly label: string; readonly compare: Comparison; readonly value: string }
  | { readonly kind: 'deadline'; readonly compare: 'at-most' | 'at-least'; readonly days: number }
  | { readonly kind: 'sender' | 'responsible'; readonly user: string }
  | { readonly kind: 'entity'; readonly entity: string }
  | { readonly kind: 'template'; readonly template: string }
  /** The sender's department, or one above it. */
  | { readonly kind: 'department'; readonly department: string }
export type ConditionKind = Condition['kind']
export const CONDITION_KINDS: readonly ConditionKind[] = [
  'party',
  'field',
  'deadline',
  'sender',
  'responsible',
  'department',
  'entity',
  'template',
]

export const ADDRESSEES = ['client', 'responsible', 'supervisor', 'address'] as const
export type Addressee = (typeof ADDRESSEES)[number]

/** What is said in each language; one that is empty is told in another. */
export type Told = Readonly<Record<Language, string>>

export type Action =
  | { readonly kind: 'tell'; readonly to: Addressee; readonly address: string; readonly subject: Told; readonly text: Told }
  | { readonly kind: 'responsible'; readonly user: string }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'webhook'; readonly target: string }
  | { readonly kind: 'move'; readonly stage: string }
  | { readonly kind: 'follow-up'; readonly template: string }
export type ActionKind = Action['kind']
export const ACTION_KINDS: readonly ActionKind[] = ['tell', 'responsible', 'note', 'webhook', 'move', 'follow-up']

export interface Rule {
  readonly id: string
  readonly stageId: string
  readonly isOn: boolean
  readonly wait: number
  readonly unit: DelayUnit
  /** It also acts when the card has left the stage meanwhile. */
  readonly stays: boolean
  readonly conditions: readonly Condition[]
  readonly action: Action
}
export type RuleDetails = Omit<Rule, 'id' | 'stageId' | 'isOn'>

export const ruleOf = (row: BoardRuleRow): Rule => ({
  id: row.id,
  stageId: row.stageId,
  isOn: row.switchedOffAt === null,
  wait: row.wait,
  unit: row.unit,
  stays: row.stays === 1,
  conditions: JSON.parse(row.conditions) as Condition[],
  action: JSON.parse(row.action) as Action,
})
