import type { Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { fullName } from '../access/roles.ts'
import { fill, LANGUAGES, words } from '../view/words.ts'
import type { Action, Condition, Rule } from './rule.ts'
import { stageName } from './stages.ts'

/** What the ids in rules are called; also of what is gone. */
export interface RuleNames {
  readonly users: ReadonlyMap<string, string>
  readonly stages: ReadonlyMap<string, string>
  readonly targets: ReadonlyMap<string, string>
  readonly entities: ReadonlyMap<string, string>
  readonly departments: ReadonlyMap<string, string>
  readonly templates: ReadonlyMap<string, string>
}

export async function ruleNames(db: Db, language: Language): Promise<RuleNames> {
  const [users, stages, targets, entities, departments, templates] = await Promise.all([
    db.selectFrom('user').select(['id', 'firstName', 'lastName']).orderBy('lastName').execute(),
    db.selectFrom('stage').select(['id', 'kind', 'names']).orderBy('position').execute(),
    db.selectFrom('webhookTarget').select(['id', 'name']).execute(),
    db.selectFrom('legalEntity').select(['id', 'legalName']).execute(),
    db.selectFrom('department').select(['id', 'name']).orderBy('name').execute(),
    db.selectFrom('template').select(['id', 'name']).where('latest', '>', 0).orderBy('name').execute(),
  ])
  return {
    users: new Map(users.map((user) => [user.id, fullName(user)])),
    stages: new Map(
      stages.map(({ id, kind, names }) => [
        id,
        stageName({ kind, names: JSON.parse(names) as Partial<Record<Language, string>> }, language),
      ]),
    ),
    targets: new Map(targets.map(({ id, name }) => [id, name])),
    entities: new Map(entities.map(({ id, legalName }) => [id, legalName])),
    departments: new Map(departments.map(({ id, name }) => [id, name])),
    templates: new Map(templates.map(({ id, name }) => [id, name])),
  }
}

/** "When a card enters “Sent”, after 3 days, if the other party contains “Dupont”, then write to the client: “…”." */
export function ruleSentence(
  language: Language,
  { stageId, wait, unit, conditions, stays, action }: Omit<Rule, 'id' | 'isOn'>,
  names: RuleNames,
): string {
  const { rules, spans } = words(language).board
  const parts = [
    fill(rules.when, { stage: names.stages.get(stageId) ?? '…' }),
    wait ? fill(rules.after, { span: spans[unit](wait) }) : rules.atOnce,
    ...(conditions.length
      ? [fill(rules.ifAll, { conditions: conditions.map((condition) => conditionText(language, condition, names)).join(rules.and) })]
      : []),
    fill(rules.then, { action: actionText(language, action, names) }),
    ...(stays && wait ? [rules.even] : []),
  ]
  return `${parts.join(', ')}.`
}

function conditionText(language: Language, condition: Condition, names: RuleNames): string {
  const { conditions, gone } = words(language).board.rules
  switch (condition.kind) {
    case 'party':
      return fill(conditions.party, { text: condition.text })
    case 'field':
      return fill(conditions.field[condition.compare], { label: condition.label, value: condition.value })
    case 'deadline':
      return conditions.deadline[condition.compare](condition.days)
    case 'sender':
    case 'responsible':
      return fill(conditions[condition.kind], { name: names.users.get(condition.user) ?? gone })
    case 'department':
      return fill(conditions.department, { name: names.departments.get(condition.department) ?? gone })
    case 'template':
      return fill(conditions.template, { name: names.templates.get(condition.template) ?? gone })
    case 'entity':
      return fill(conditions.entity, { name: names.entities.get(condition.entity) ?? gone })
  }
}

function actionText(language: Language, action: Action, names: RuleNames): string {
  const { actions, gone } = words(language).board.rules
  switch (action.kind) {
    case 'tell': {
      const subject = action.subject[language] || LANGUAGES.map((one) => action.subject[one]).find(Boolean) || ''
      const to = action.to === 'responsible' ? 'toResponsible' : action.to
      return fill(actions[to], { subject: short(subject), address: action.address })
    }
    case 'responsible':
      return fill(actions.responsible, { name: names.users.get(action.user) ?? gone })
    case 'note':
      return fill(actions.note, { text: short(action.text) })
    case 'webhook':
      return fill(actions.webhook, { name: names.targets.get(action.target) ?? gone })
    case 'follow-up':
      return fill(actions['follow-up'], { name: names.templates.get(action.template) ?? gone })
    case 'move':
      return fill(actions.move, { stage: names.stages.get(action.stage) ?? gone })
  }
}

const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 79).trimEnd()}…` : text)
