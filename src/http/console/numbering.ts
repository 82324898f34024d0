import { z } from 'zod'
import { listLegalEntities } from '../../setting/legal-entity.ts'
import {
  addSeries,
  changeSeries,
  chooseUsualSeries,
  FEWEST_DIGITS,
  findSeries,
  listSeries,
  MOST_DIGITS,
  nextNumber,
  removeSeries,
  type Series,
  upcoming,
} from '../../setting/numbering.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { drawnLine, lineNeeded, tick, wholeNumber } from '../schemas.ts'
import { flash } from '../server.ts'

const Details = z.object({
  legalEntityId: z.string().max(60).default(''),
  name: lineNeeded('numbering.name-missing', 80),
  prefix: drawnLine(20).default(''),
  perYear: tick,
  digits: wholeNumber(FEWEST_DIGITS, MOST_DIGITS),
  next: wholeNumber(1, 1_000_000_000),
})

async function page(c: Ctx, series: Series | null, form: Form): Promise<string> {
  const { db } = c.var.house
  return c.var.render('console/numbering/show', {
    series: series && {
      id: series.id,
      name: series.name || words(c.var.lang).console.numbering.unnamed,
      isUsual: series.isDefault === 1,
      next: await nextNumber(db, series, c.var.act.at),
    },
    form,
    digits: Array.from({ length: MOST_DIGITS - FEWEST_DIGITS + 1 }, (_, at) => String(at + FEWEST_DIGITS)),
    companies: (await listLegalEntities(db)).map(({ id, legalName }) => ({ id, legalName })),
  })
}

const valuesOf = async (c: Ctx, series: Series): Promise<Record<string, string>> => ({
  legalEntityId: series.legalEntityId,
  name: series.name,
  prefix: series.prefix,
  ...(series.perYear ? { perYear: '1' } : {}),
  digits: String(series.digits),
  next: String(await upcoming(c.var.house.db, series, c.var.act.at)),
})

export const consoleNumbering = createApp()
  .get('/console/numbering', managesSettings, async (c) => {
    const { db } = c.var.house
    const all = await listSeries(db)
    const companies = await Promise.all(
      (await listLegalEntities(db)).map(async ({ id, legalName }) => ({
        legalName,
        series: await Promise.all(
          all
            .filter((series) => series.legalEntityId === id)
            .map(async (series) => ({
              id: series.id,
              name: series.name,
              isUsual: series.isDefault === 1,
              next: await nextNumber(db, series, c.var.act.at),
            })),
        ),
      })),
    )
    return c.html(await c.var.render('console/numbering/index', { companies }))
  })
  .get('/console/numbering/new', managesSettings, async (c) => {
    const [company] = await listLegalEntities(c.var.house.db)
    return c.html(await page(c, null, blankForm({ legalEntityId: company?.id ?? '', perYear: '1', digits: '4', next: '1' })))
  })
  .post('/console/numbering', managesSettings, (c) => keep(c, null))
  .get('/console/numbering/:id', managesSettings, async (c) => {
    const series = await findSeries(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, series, blankForm(await valuesOf(c, series))))
  })
  .post('/console/numbering/:id', managesSettings, async (c) => keep(c, await findSeries(c.var.house.db, c.req.param('id'))))
  .post('/console/numbering/:id/preference', managesSettings, async (c) => {
    await c.var.house.db.transaction().execute((tx) => chooseUsualSeries(tx, userAct(c), c.req.param('id')))
    return done(c)
  })
  .post('/console/numbering/:id/removal', managesSettings, async (c) => {
    await c.var.house.db.transaction().execute((tx) => removeSeries(tx, userAct(c), c.req.param('id')))
    return done(c)
  })

function done(c: Ctx): Response {
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect('/console/numbering', 303)
}

const FIELDS = {
  'numbering.prefix-digit': 'prefix',
  'numbering.prefix-taken': 'prefix',
  'numbering.next-invalid': 'next',
  'numbering.next-given': 'next',
  'legal-entity.unknown': 'legalEntityId',
}

async function keep(c: Ctx, series: Series | null): Promise<Response> {
  const answers = await readAnswers(c, Details)
  if (!answers.ok) return c.html(await page(c, series, answers.form), 422)
  const { legalEntityId, next, ...details } = answers.value
  try {
    await c.var.house.db
      .transaction()
      .execute(async (tx) =>
        series
          ? changeSeries(tx, userAct(c), series.id, details, next)
          : void (await addSeries(tx, userAct(c), legalEntityId, details, next)),
      )
  } catch (error) {
    return c.html(await page(c, series, formWith(c, answers.form, error, FIELDS)), refusalStatus(error))
  }
  return done(c)
}
