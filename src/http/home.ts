import { allows } from '../access/permissions.ts'
import type { Instant } from '../base/instant.ts'
import { type Counted, readFigures, readOverview } from '../envelope/overview.ts'
import { countWaiting, listWaiting } from '../envelope/waiting.ts'
import { readSetting } from '../setting/setting.ts'
import { requireUser } from './access.ts'
import { createApp, type Ctx } from './env.ts'
import { isSetUp } from './setup.ts'
import { lastWeeks, thisMonth } from './spans.ts'

const WEEKS = 12
const SHOWN = 5

export const home = createApp().get('/', async (c) => {
  if (!(await isSetUp(c))) return c.redirect('/setup', 303)
  return c.var.user ? c.html(await startPage(c)) : c.redirect('/sign-in', 303)
})

/** One kind of happening, week by week. */
export interface Chart {
  readonly kind: keyof Counted
  readonly most: number
  readonly weeks: readonly { readonly from: Instant; readonly count: number }[]
}

/** What waits for whom, what ends soon, what is finished, and how the last weeks went: as far as whoever reads may see. */
async function startPage(c: Ctx): Promise<string> {
  const { db } = c.var.house
  const { at } = c.var.act
  const user = requireUser(c)
  const { timeZone } = await readSetting(db, 'installation')
  const weeks = lastWeeks(at, timeZone, WEEKS)
  const [overview, figures, waiting, waitingCount] = await Promise.all([
    readOverview(db, user, at),
    readFigures(db, user, [...weeks, thisMonth(at, timeZone)]),
    listWaiting(db, user, at, SHOWN),
    countWaiting(db, user),
  ])
  const month = figures.counted.at(-1)!
  const charts = (['sent', 'completed', 'declined'] as const).map((kind): Chart => {
    const counts = weeks.map(({ from }, week) => ({ from, count: figures.counted[week]![kind] }))
    return { kind, weeks: counts, most: Math.max(...counts.map(({ count }) => count)) }
  })
  return c.var.render('home/index', {
    ...overview,
    mayCreate: allows(user.permissions.documents.create),
    mayView: allows(user.permissions.documents.view),
    firstName: user.firstName,
    waiting,
    moreWaiting: Math.max(0, waitingCount - waiting.length),
    month: { ...month, median: figures.median, share: figures.ended ? month.completed / figures.ended : null },
    charts,
  })
}
