import { isDigest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import { listLegalEntities } from '../setting/legal-entity.ts'
import { createApp } from './env.ts'
import { picture } from './stored-picture.ts'

/** The logo of one of the company's own entities: on every page, also for visitors. No other object is served by its digest. */
export const logo = createApp().get('/logo/:digest', async (c) => {
  const digest = c.req.param('digest')
  const known = isDigest(digest) && (await listLegalEntities(c.var.house.db)).some((entity) => entity.logoDigest === digest)
  if (!known) throw new Refusal('not_found', 'page.not-found')
  return picture(c, digest)
})
