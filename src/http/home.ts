import { createApp } from './env.ts'
import { isSetUp } from './setup.ts'

export const home = createApp()
  .get('/', async (c) => {
    if (!(await isSetUp(c))) return c.redirect('/setup', 303)
    return c.redirect(c.var.user ? '/envelopes' : '/sign-in', 303)
  })
  /** The process answers and its database reads: for a proxy, a supervisor, a test. Says nothing else. */
  .get('/healthz', async (c) => {
    await c.var.house.db.selectFrom('setting').select('key').limit(1).execute()
    return c.text('ok\n')
  })
