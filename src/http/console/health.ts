import { examine } from '../../upkeep/doctor.ts'
import { VERSION } from '../../base/version.ts'
import { fill, words } from '../../view/words.ts'
import { managesSettings } from '../access.ts'
import { createApp } from '../env.ts'

export const consoleHealth = createApp().get('/console/health', managesSettings, async (c) => {
  const { db, config, keys } = c.var.house
  const { checks } = words(c.var.lang).console.health
  const found = await examine({ db, config, isLocked: () => keys.isLocked() }, c.var.act.at)
  return c.html(
    await c.var.render('console/health', {
      version: VERSION,
      checks: found.map(({ name, state, facts }) => ({ name, state, title: checks[name].title, told: fill(checks[name][state], facts) })),
    }),
  )
})
