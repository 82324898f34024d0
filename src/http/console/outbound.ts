import { namesOf } from '../../upkeep/names.ts'
import { listOutbound } from '../../upkeep/outbound.ts'
import { managesSettings } from '../access.ts'
import { createApp } from '../env.ts'

export const consoleOutbound = createApp().get('/console/outbound', managesSettings, async (c) => {
  const { house } = c.var
  const targets = await listOutbound(house)
  const names = await namesOf(
    house.db,
    targets.flatMap(({ by }) => (by ? [{ kind: 'user' as const, id: by }] : [])),
  )
  return c.html(
    await c.var.render('console/outbound', {
      targets: targets.map((target) => ({ ...target, byName: (target.by && names.get(target.by)) || null })),
    }),
  )
})
