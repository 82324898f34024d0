import { type Check, examine } from '../../upkeep/doctor.ts'
import { lastExamination, orderExamination } from '../../upkeep/examination.ts'
import { VERSION } from '../../base/version.ts'
import { type Language, words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { doctorSentence } from '../../upkeep/doctor-sentence.ts'
import { createApp, type Ctx, isHtmx } from '../env.ts'

export interface ToldCheck extends Pick<Check, 'name' | 'state'> {
  readonly title: string
  readonly told: string
  /** What to do; null where there is nothing to be done. */
  readonly advice: string | null
}

export interface ShownTrials {
  readonly state: 'never' | 'running' | 'done' | 'broken'
  readonly at: string | null
  readonly done: number
  readonly total: number
  readonly checks: readonly ToldCheck[]
}

export const consoleHealth = createApp()
  .get('/console/health', managesSettings, async (c) => {
    const { db, config, keys } = c.var.house
    const trials = await trialsOf(c)
    if (isHtmx(c)) return c.html(await c.var.render('console/_trials', { trials }))
    const found = await examine({ db, config, isLocked: () => keys.isLocked() }, c.var.act.at)
    return c.html(
      await c.var.render('console/health', { version: VERSION, checks: found.map((check) => toldCheck(c.var.lang, check)), trials }),
    )
  })
  .post('/console/health', managesSettings, async (c) => {
    const { house } = c.var
    await orderExamination(house.db, userAct(c))
    house.wake()
    return c.redirect('/console/health#trials', 303)
  })

async function trialsOf(c: Ctx): Promise<ShownTrials> {
  const last = await lastExamination(c.var.house.db, c.var.act.at)
  if (!last) return { state: 'never', at: null, done: 0, total: 0, checks: [] }
  const state = last.isUnderWay ? 'running' : last.endedAt ? 'done' : 'broken'
  return { state, at: last.endedAt, done: last.done, total: last.total, checks: last.checks.map((check) => toldCheck(c.var.lang, check)) }
}

function toldCheck(language: Language, check: Check): ToldCheck {
  const { name, state } = check
  const { checks, advice } = words(language).console.health
  return { name, state, title: checks[name].title, told: doctorSentence(language, check), advice: state === 'good' ? null : advice[name] }
}
