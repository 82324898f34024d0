import { z } from 'zod'
import { DAY, later } from '../../../base/instant.ts'
import { Refusal } from '../../../base/refusal.ts'
import { UNITS } from '../../../board/delay.ts'
import { filledIn, PLACES, samplePlaces } from '../../../board/placeholders.ts'
import { ADDRESSEES, COMPARISONS, CONDITION_KINDS, type Rule } from '../../../board/rule.ts'
import { addRule, changeRule, findRule, removeRule, shiftRule, switchRule } from '../../../board/rules.ts'
import { ruleNames } from '../../../board/rule-sentence.ts'
import { findStage, listStages, type Stage, stageName } from '../../../board/stages.ts'
import { listTargets } from '../../../integration/webhooks/targets.ts'
import { readSetting } from '../../../setting/setting.ts'
import { LANGUAGES, words } from '../../../view/words.ts'
import { managesSettings, userAct } from '../../access.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalSentence } from '../../errors.ts'
import { form } from '../../form.ts'
import { flash } from '../../server.ts'
import { detailsIn, formIn, formOf, isActionKind, MOST_CONDITIONS, type RuleForm, withCondition, withoutCondition } from './rule-form.ts'
import { freshProof } from '../../step-up.ts'

const START: RuleForm['values'] = { wait: '0', unit: 'days', to: 'client' }

interface Shown {
  readonly error?: string
  readonly isPreview?: boolean
}

async function page(
  c: Ctx,
  stage: Stage,
  rule: Rule | null,
  shown: RuleForm,
  { error = '', isPreview = false }: Shown = {},
): Promise<string> {
  const { db, clock } = c.var.house
  const { lang } = c.var
  const names = await ruleNames(db, lang)
  const { timeZone } = await readSetting(db, 'installation')
  const choices = (map: ReadonlyMap<string, string>) => [...map].map(([value, label]) => ({ value, label }))
  const text = (name: string) => shown.values[name] ?? ''
  const preview = (language: (typeof LANGUAGES)[number]) => {
    const places = samplePlaces(language, timeZone, later(clock(), 14 * DAY))
    const [subject, body] = shown.action === 'note' ? ['', text('note')] : [text(`subject-${language}`), text(`text-${language}`)]
    return { language, subject: filledIn(subject, places), text: filledIn(body, places) }
  }
  return c.var.render('console/board/rule', {
    stage: { id: stage.id, name: stageName(stage, lang) },
    rule: rule && { id: rule.id },
    action: shown.action,
    conditions: shown.conditions,
    form: { values: shown.values, errors: {} },
    error,
    units: UNITS,
    addressees: ADDRESSEES,
    comparisons: COMPARISONS,
    conditionKinds: CONDITION_KINDS,
    mayAdd: shown.conditions.length < MOST_CONDITIONS,
    users: choices(names.users),
    departments: choices(names.departments),
    entities: choices(names.entities),
    templates: choices(names.templates),
    stages: (await listStages(db)).filter(({ id }) => id !== stage.id).map((one) => ({ value: one.id, label: stageName(one, lang) })),
    targets: (await listTargets(db)).map(({ id, name }) => ({ value: id, label: name })),
    places: PLACES,
    languages: LANGUAGES.toSorted((one) => (one === lang ? -1 : 1)).map((one) => ({ id: one, name: words(lang).documents.languages[one] })),
    preview: isPreview
      ? LANGUAGES.map(preview).filter(({ subject, text: body }, at) => (shown.action === 'note' ? LANGUAGES[at] === lang : subject || body))
      : [],
  })
}

/** One button saves; the others add or take out a condition, or fill the texts in, and show the form again. */
async function answer(c: Ctx, stage: Stage, rule: Rule | null, given: RuleForm): Promise<Response> {
  const pressed = given.values['do'] ?? 'save'
  const [, removed] = /^remove-([0-4])$/.exec(pressed) ?? []
  if (removed !== undefined) return c.html(await page(c, stage, rule, withoutCondition(given, Number(removed))))
  if (pressed === 'add') return c.html(await page(c, stage, rule, withCondition(given, given.values['new-condition'] ?? '')))
  if (pressed === 'preview') return c.html(await page(c, stage, rule, given, { isPreview: true }))
  const { db } = c.var.house
  try {
    const details = detailsIn(given)
    if (rule) await changeRule(db, userAct(c), rule.id, details)
    else await addRule(db, userAct(c), stage.id, details)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return c.html(await page(c, stage, rule, given, { error: refusalSentence(c.var.lang, error) }), 422)
  }
  flash(c, 'good', words(c.var.lang).board.rules.saved)
  return c.redirect(`/console/board/stages/${stage.id}#rules`, 303)
}

export const consoleBoardRules = createApp()
  .get('/console/board/stages/:id/rules/new', managesSettings, async (c) => {
    const stage = await findStage(c.var.house.db, c.req.param('id'))
    const action = c.req.query('action') ?? ''
    return c.html(await page(c, stage, null, { values: START, conditions: [], action: isActionKind(action) ? action : 'tell' }))
  })
  .post('/console/board/stages/:id/rules', managesSettings, freshProof, async (c) => {
    const stage = await findStage(c.var.house.db, c.req.param('id'))
    const body = await c.req.parseBody()
    const action = String(body['action'] ?? '')
    if (!isActionKind(action)) throw new Refusal('invalid', 'form.invalid')
    return answer(c, stage, null, formIn(body, action))
  })
  .get('/console/board/rules/:id', managesSettings, async (c) => {
    const rule = await findRule(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, await findStage(c.var.house.db, rule.stageId), rule, formOf(rule)))
  })
  .post('/console/board/rules/:id', managesSettings, freshProof, async (c) => {
    const rule = await findRule(c.var.house.db, c.req.param('id'))
    return answer(c, await findStage(c.var.house.db, rule.stageId), rule, formIn(await c.req.parseBody(), rule.action.kind))
  })
  .post('/console/board/rules/:id/switch', managesSettings, freshProof, form(z.object({ on: z.enum(['0', '1']) })), async (c) => {
    const rule = await findRule(c.var.house.db, c.req.param('id'))
    await switchRule(c.var.house.db, userAct(c), rule.id, c.req.valid('form').on === '1')
    return c.redirect(`/console/board/stages/${rule.stageId}#rules`, 303)
  })
  .post('/console/board/rules/:id/place', managesSettings, freshProof, form(z.object({ by: z.enum(['-1', '1']) })), async (c) => {
    const rule = await findRule(c.var.house.db, c.req.param('id'))
    await shiftRule(c.var.house.db, userAct(c), rule.id, c.req.valid('form').by === '1' ? 1 : -1)
    return c.redirect(`/console/board/stages/${rule.stageId}#rules`, 303)
  })
  .post('/console/board/rules/:id/removal', managesSettings, freshProof, async (c) => {
    const rule = await findRule(c.var.house.db, c.req.param('id'))
    await removeRule(c.var.house.db, userAct(c), rule.id)
    flash(c, 'good', words(c.var.lang).board.rules.removed)
    return c.redirect(`/console/board/stages/${rule.stageId}#rules`, 303)
  })
