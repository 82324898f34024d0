import { z } from 'zod'
import { findStage, listStages, stageName } from '../../../board/stages.ts'
import { addFieldTrigger, listTriggers, removeFieldTrigger, setTriggers, TRIGGER_EVENTS } from '../../../board/triggers.ts'
import { words } from '../../../view/words.ts'
import { managesSettings, userAct } from '../../access.ts'
import { blankForm, type Form, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { line, lineNeeded } from '../../schemas.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

const EVENTS = TRIGGER_EVENTS.filter((event) => event !== 'field')
const Chosen = z.object(Object.fromEntries(EVENTS.map((event) => [event, z.string().max(60).default('')])))
const Field = z.object({
  label: lineNeeded('board.trigger-label-missing', 120),
  value: line(200).default(''),
  stage: z.string().min(1, 'board.choice-missing').max(60),
})

async function page(c: Ctx, field: Form = blankForm()): Promise<string> {
  const { db } = c.var.house
  const [stages, triggers] = await Promise.all([listStages(db), listTriggers(db)])
  const named = stages.map((stage) => ({ value: stage.id, label: stageName(stage, c.var.lang) }))
  return c.var.render('console/board/triggers', {
    events: EVENTS,
    form: blankForm(Object.fromEntries(EVENTS.map((event) => [event, triggers.find((one) => one.event === event)?.stageId ?? '']))),
    stages: named,
    fields: triggers
      .filter(({ event }) => event === 'field')
      .map(({ id, label, value, stageId }) => ({ id, label, value, stage: named.find((stage) => stage.value === stageId)?.label ?? '…' })),
    field,
  })
}

export const consoleBoardTriggers = createApp()
  .get('/console/board/triggers', managesSettings, async (c) => c.html(await page(c)))
  .post('/console/board/triggers', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Chosen)
    if (!answers.ok) return c.html(await page(c), 422)
    const chosen = Object.fromEntries(Object.entries(answers.value).map(([event, stage]) => [event, stage || null]))
    await setTriggers(c.var.house.db, userAct(c), chosen)
    flash(c, 'good', words(c.var.lang).board.console.saved)
    return c.redirect('/console/board/triggers', 303)
  })
  .post('/console/board/triggers/fields', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Field)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { label, value, stage } = answers.value
    await findStage(c.var.house.db, stage)
    await addFieldTrigger(c.var.house.db, userAct(c), { label, value, stageId: stage })
    flash(c, 'good', words(c.var.lang).board.console.saved)
    return c.redirect('/console/board/triggers', 303)
  })
  .post('/console/board/triggers/fields/:id/removal', managesSettings, freshProof, async (c) => {
    await removeFieldTrigger(c.var.house.db, userAct(c), c.req.param('id'))
    return c.redirect('/console/board/triggers', 303)
  })
