import { listHouseCertificates } from '../../upkeep/house-certificates.ts'
import { administrator } from '../access.ts'
import { createApp } from '../env.ts'

export const setupDone = createApp().get('/setup/done', administrator, async (c) =>
  c.html(await c.var.render('setup/done', { certificates: await listHouseCertificates(c.var.house.db) })),
)
