import { expect, test } from 'bun:test'
import { addRule } from '../../src/board/rules.ts'
import { archiveTemplate } from '../../src/template/templates.ts'
import { openTestHouse } from '../support/house.ts'
import { actOf, ann } from '../support/signing.ts'
import { templateFor } from '../template/support.ts'
import { seedEnvelope } from './seed.ts'
import { RULE_OF } from './support.ts'

test('a rule starts a draft from a template for the responsible; what a rule started starts nothing more', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const act = actOf(house.house, user)
  const template = await templateFor(house, user)
  const action = { kind: 'follow-up', template: template.id } as const
  await addRule(db, act, 'stg_completed', { ...RULE_OF, action })
  // Drafts would make drafts without end.
  await addRule(db, act, 'stg_draft', { ...RULE_OF, conditions: [{ kind: 'template', template: template.id }], action })
  const id = await seedEnvelope(house.house, { title: 'Lease', status: 'completed' })
  await house.drain()
  const drafts = await db.selectFrom('envelope').selectAll().where('status', '=', 'draft').execute()
  expect(drafts.map(({ title, senderId, templateId }) => [title, senderId, templateId])).toEqual([
    ['Consulting agreement', user.id, template.id],
  ])
  const runs = await db.selectFrom('ruleRun').select(['envelopeId', 'status', 'reason']).orderBy('createdAt').execute()
  expect(runs.filter(({ envelopeId }) => envelopeId === drafts[0]!.id)).toMatchObject([{ status: 'skipped', reason: 'follow-up-loop' }])
  expect(runs.filter(({ envelopeId, status }) => envelopeId === id && status === 'done')).toHaveLength(1)
  const notes = await db.selectFrom('envelopeNote').select(['envelopeId', 'text']).execute()
  expect(notes).toEqual([{ envelopeId: drafts[0]!.id, text: 'Follow-up of “Lease”' }])

  await archiveTemplate(db, act, user, template.id, true)
  await seedEnvelope(house.house, { title: 'Loan', status: 'completed' })
  await house.drain()
  expect((await db.selectFrom('ruleRun').select('reason').where('reason', '=', 'template-gone').execute()).length).toBe(1)
  expect(addRule(db, act, 'stg_sent', { ...RULE_OF, action: { kind: 'follow-up', template: 'tpl_none' } })).rejects.toThrow(
    'board.choice-missing',
  )
}, 60_000)
