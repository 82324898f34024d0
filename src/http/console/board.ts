import { z } from 'zod'
import { stageCounts } from '../../board/counts.ts'
import { listRules } from '../../board/rules.ts'
import { ruleNames, ruleSentence } from '../../board/rule-sentence.ts'
import {
  addStage,
  changeStage,
  COLOURS,
  findStage,
  ICONS,
  listStages,
  removeStage,
  shiftStage,
  type Stage,
  stageName,
} from '../../board/stages.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { form } from '../form.ts'
import { line, tick } from '../schemas.ts'
import { flash } from '../server.ts'

const Details = z.object({
  'name-en': line(60).default(''),
  'name-fr': line(60).default(''),
  colour: z.enum(COLOURS),
  icon: z.enum(ICONS),
  isHidden: tick,
})

const Shift = form(z.object({ by: z.enum(['-1', '1']) }))

const valuesOf = (stage: Stage): Record<string, string> => ({
  'name-en': stage.names.en ?? '',
  'name-fr': stage.names.fr ?? '',
  colour: stage.colour,
  icon: stage.icon,
  ...(stage.isHidden ? { isHidden: '1' } : {}),
})

async function page(c: Ctx, stage: Stage | null, shown: Form): Promise<string> {
  const { db } = c.var.house
  const { lang } = c.var
  const names = await ruleNames(db, lang)
  return c.var.render('console/board/stage', {
    stage: stage && { id: stage.id, name: stageName(stage, lang), isBuiltIn: stage.kind !== null },
    form: shown,
    colours: COLOURS,
    icons: ICONS,
    rules: stage ? (await listRules(db, stage.id)).map((rule) => ({ ...rule, told: ruleSentence(lang, rule, names) })) : [],
  })
}

export const consoleBoard = createApp()
  .get('/console/board', managesSettings, async (c) => {
    const { db } = c.var.house
    const counts = await stageCounts(db)
    const stages = (await listStages(db)).map((stage) => ({
      ...stage,
      name: stageName(stage, c.var.lang),
      cards: counts.get(stage.id)?.cards ?? 0,
      rules: counts.get(stage.id)?.rules ?? 0,
    }))
    return c.html(await c.var.render('console/board/index', { stages }))
  })
  .get('/console/board/stages/new', managesSettings, async (c) =>
    c.html(await page(c, null, blankForm({ colour: 'blue', icon: 'person' }))),
  )
  .post('/console/board/stages', managesSettings, (c) => keep(c, null))
  .get('/console/board/stages/:id', managesSettings, async (c) => {
    const stage = await findStage(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, stage, blankForm(valuesOf(stage))))
  })
  .post('/console/board/stages/:id', managesSettings, async (c) => keep(c, await findStage(c.var.house.db, c.req.param('id'))))
  .post('/console/board/stages/:id/place', managesSettings, Shift, async (c) => {
    await shiftStage(c.var.house.db, userAct(c), c.req.param('id'), c.req.valid('form').by === '1' ? 1 : -1)
    return c.redirect('/console/board', 303)
  })
  .post('/console/board/stages/:id/removal', managesSettings, async (c) => {
    await removeStage(c.var.house.db, userAct(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).board.console.removedStage)
    return c.redirect('/console/board', 303)
  })

async function keep(c: Ctx, stage: Stage | null): Promise<Response> {
  const answers = await readAnswers(c, Details)
  if (!answers.ok) return c.html(await page(c, stage, answers.form), 422)
  const { 'name-en': en, 'name-fr': fr, colour, icon, isHidden } = answers.value
  const details = { names: { ...(en ? { en } : {}), ...(fr ? { fr } : {}) }, colour, icon, isHidden }
  const { db } = c.var.house
  try {
    if (stage) await changeStage(db, userAct(c), stage.id, details)
    else await addStage(db, userAct(c), details)
  } catch (error) {
    return c.html(await page(c, stage, formWith(c, answers.form, error, { board: 'name-en' })), 422)
  }
  flash(c, 'good', words(c.var.lang).board.console.saved)
  return c.redirect('/console/board', 303)
}
