import { listFaults } from '../../vault/faults.ts'
import { listSweeps, NIGHTS, startSweep } from '../../vault/sweep.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { flash } from '../server.ts'

export const consoleVault = createApp()
  .get('/console/vault', managesSettings, async (c) => {
    const { db } = c.var.house
    return c.html(await c.var.render('console/vault', { faults: await listFaults(db), sweeps: await listSweeps(db), nights: NIGHTS }))
  })
  .post('/console/vault', managesSettings, async (c) => {
    await startSweep(c.var.house.db, userAct(c), true)
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).sweep.started)
    return c.redirect('/console/vault', 303)
  })
