import { DAY, type Instant } from '../base/instant.ts'
import { numberIn } from '../base/number-in.ts'
import { nameOf } from '../envelope/telling.ts'
import type { Condition } from './rule.ts'
import type { RuleFacts } from './rule-facts.ts'

const folded = (text: string): string => text.trim().normalize('NFKC').toLowerCase()

/** The place of the first condition that does not hold, from 0; null: all hold. */
export function firstUnmet(conditions: readonly Condition[], facts: RuleFacts, at: Instant): number | null {
  const place = conditions.findIndex((condition) => !holds(condition, facts, at))
  return place < 0 ? null : place
}

export function holds(condition: Condition, facts: RuleFacts, at: Instant): boolean {
  switch (condition.kind) {
    case 'party':
      return facts.recipients
        .filter(({ side }) => side === 'other')
        .some((one) => [one.company, nameOf(one), one.email ?? ''].some((text) => folded(text).includes(folded(condition.text))))
    case 'field':
      return fieldHolds(condition, facts)
    case 'deadline': {
      if (!facts.deadline) return false
      const days = (Date.parse(facts.deadline) - Date.parse(at)) / DAY
      return condition.compare === 'at-most' ? days <= condition.days : days >= condition.days
    }
    case 'sender':
      return facts.envelope.senderId === condition.user
    case 'responsible':
      return facts.responsible.id === condition.user
    case 'department':
      return facts.departments.includes(condition.department)
    case 'template':
      return facts.envelope.templateId === condition.template
    case 'entity':
      return facts.envelope.legalEntityId === condition.entity
  }
}

/** Any field of that label will do; `empty` and `is-not` want all of them so. */
function fieldHolds({ label, compare, value }: Extract<Condition, { kind: 'field' }>, { fields }: RuleFacts): boolean {
  const values = fields.filter((field) => folded(field.label) === folded(label)).map((field) => field.value)
  const numbers = values.map(numberIn).filter((number) => number !== null)
  const limit = numberIn(value) ?? Number.NaN
  switch (compare) {
    case 'is':
      return values.some((one) => folded(one) === folded(value))
    case 'is-not':
      return values.length > 0 && values.every((one) => folded(one) !== folded(value))
    case 'contains':
      return values.some((one) => folded(one).includes(folded(value)))
    case 'at-least':
      return numbers.some((number) => number >= limit)
    case 'at-most':
      return numbers.some((number) => number <= limit)
    case 'filled':
      return values.some((one) => one.trim() !== '')
    case 'empty':
      return values.every((one) => one.trim() === '')
  }
}
