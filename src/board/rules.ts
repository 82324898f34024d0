import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { numberIn } from '../base/number-in.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { LONGEST_WAIT } from './delay.ts'
import { refuseUnknownPlaces } from './placeholders.ts'
import { type Action, type Rule, type RuleDetails, ruleOf } from './rule.ts'
import { findStage } from './stages.ts'
import { findTarget } from '../integration/webhooks/targets.ts'

const MOST_RULES = 50
const MOST_CONDITIONS = 5

/** In the order in which they act. */
export async function listRules(db: Db, stageId: string): Promise<Rule[]> {
  const rows = await db
    .selectFrom('boardRule')
    .selectAll()
    .where('stageId', '=', stageId)
    .where('removedAt', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map(ruleOf)
}

export async function findRule(db: Db, id: string): Promise<Rule> {
  const row = await db.selectFrom('boardRule').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'board.rule-unknown')
  return ruleOf(row)
}

export function addRule(db: Db, act: UserAct, stageId: string, details: RuleDetails): Promise<string> {
  return db.transaction().execute(async (tx) => {
    await findStage(tx, stageId)
    const rules = await listRules(tx, stageId)
    if (rules.length >= MOST_RULES) throw new Refusal('conflict', 'board.too-many-rules')
    await refuseUnfit(tx, stageId, details)
    const id = newId('rule')
    await tx
      .insertInto('boardRule')
      .values({
        id,
        stageId,
        position: rules.length,
        switchedOffAt: null,
        ...columnsOf(details),
        createdAt: act.at,
        updatedAt: act.at,
        removedAt: null,
      })
      .execute()
    await append(tx, act, { type: 'rule.added', detail: { rule: id, stage: stageId, action: details.action.kind } })
    return id
  })
}

export function changeRule(db: Db, act: UserAct, id: string, details: RuleDetails): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { stageId } = await findRule(tx, id)
    await refuseUnfit(tx, stageId, details)
    await tx
      .updateTable('boardRule')
      .set({ ...columnsOf(details), updatedAt: act.at })
      .where('id', '=', id)
      .execute()
    await append(tx, act, { type: 'rule.changed', detail: { rule: id, stage: stageId, action: details.action.kind } })
  })
}

const columnsOf = ({ wait, unit, stays, conditions, action }: RuleDetails) => ({
  wait,
  unit,
  stays: stays ? 1 : 0,
  conditions: JSON.stringify(conditions),
  action: JSON.stringify(action),
})

/** Off: it does nothing, what waits for its delay included. */
export function switchRule(db: Db, act: UserAct, id: string, on: boolean): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { stageId } = await findRule(tx, id)
    await tx
      .updateTable('boardRule')
      .set({ switchedOffAt: on ? null : act.at, updatedAt: act.at })
      .where('id', '=', id)
      .execute()
    await append(tx, act, { type: on ? 'rule.switched-on' : 'rule.switched-off', detail: { rule: id, stage: stageId } })
  })
}

export function shiftRule(db: Db, act: UserAct, id: string, by: -1 | 1): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { stageId } = await findRule(tx, id)
    const rules = await listRules(tx, stageId)
    const at = rules.findIndex((rule) => rule.id === id)
    const to = at + by
    if (to < 0 || to >= rules.length) return
    const [moved] = rules.splice(at, 1)
    rules.splice(to, 0, moved!)
    for (const [position, rule] of rules.entries()) await tx.updateTable('boardRule').set({ position }).where('id', '=', rule.id).execute()
    await append(tx, act, { type: 'rule.changed', detail: { rule: id, stage: stageId, action: moved!.action.kind } })
  })
}

export function removeRule(db: Db, act: UserAct, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { stageId } = await findRule(tx, id)
    await tx.updateTable('boardRule').set({ removedAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'rule.removed', detail: { rule: id, stage: stageId } })
  })
}

/** Everything that a rule names must be there, and nothing in it may be something that nobody understands. */
async function refuseUnfit(tx: Tx, stageId: string, { wait, unit, conditions, action }: RuleDetails): Promise<void> {
  if (!Number.isSafeInteger(wait) || wait < 0 || wait > LONGEST_WAIT[unit]) throw new Refusal('invalid', 'board.wait-invalid')
  if (conditions.length > MOST_CONDITIONS) throw new Refusal('invalid', 'board.too-many-conditions')
  for (const condition of conditions) {
    if (condition.kind === 'party' && !condition.text) throw new Refusal('invalid', 'board.condition-text-missing')
    if (condition.kind === 'field' && !condition.label) throw new Refusal('invalid', 'board.condition-label-missing')
    if (condition.kind === 'field' && /^at-/.test(condition.compare) && numberIn(condition.value) === null)
      throw new Refusal('invalid', 'board.condition-number-missing')
    if (condition.kind === 'sender' || condition.kind === 'responsible') await refuseUnlessUser(tx, condition.user)
    if (condition.kind === 'department') {
      const department = await tx.selectFrom('department').select('id').where('id', '=', condition.department).executeTakeFirst()
      if (!department) throw new Refusal('invalid', 'board.choice-missing')
    }
    if (condition.kind === 'template') await refuseUnlessTemplate(tx, condition.template)
    if (condition.kind === 'entity') {
      const entity = await tx.selectFrom('legalEntity').select('id').where('id', '=', condition.entity).executeTakeFirst()
      if (!entity) throw new Refusal('invalid', 'board.choice-missing')
    }
  }
  await refuseUnfitAction(tx, stageId, action)
}

async function refuseUnfitAction(tx: Tx, stageId: string, action: Action): Promise<void> {
  switch (action.kind) {
    case 'tell':
      if (!Object.values(action.text).some(Boolean)) throw new Refusal('invalid', 'board.text-missing')
      if (!Object.values(action.subject).some(Boolean)) throw new Refusal('invalid', 'board.subject-missing')
      if (action.to === 'address' && !action.address) throw new Refusal('invalid', 'user.address-invalid')
      for (const text of [...Object.values(action.subject), ...Object.values(action.text)]) refuseUnknownPlaces(text)
      return
    case 'note':
      if (!action.text) throw new Refusal('invalid', 'board.text-missing')
      return refuseUnknownPlaces(action.text)
    case 'responsible':
      return refuseUnlessUser(tx, action.user)
    case 'webhook':
      return void (await findTarget(tx, action.target))
    case 'follow-up':
      return refuseUnlessTemplate(tx, action.template)
    case 'move':
      if (action.stage === stageId) throw new Refusal('invalid', 'board.move-to-itself')
      return void (await findStage(tx, action.stage))
  }
}

async function refuseUnlessTemplate(tx: Tx, id: string): Promise<void> {
  const template = await tx.selectFrom('template').select('id').where('id', '=', id).where('latest', '>', 0).executeTakeFirst()
  if (!template) throw new Refusal('invalid', 'board.choice-missing')
}

async function refuseUnlessUser(tx: Tx, id: string): Promise<void> {
  const user = await tx.selectFrom('user').select('id').where('id', '=', id).where('disabledAt', 'is', null).executeTakeFirst()
  if (!user) throw new Refusal('invalid', 'board.choice-missing')
}
