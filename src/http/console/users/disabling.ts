import { disableUser, enableUser } from '../../../access/users.ts'
import { words } from '../../../view/words.ts'
import { managesUsers, requireUser, userAct } from '../../access.ts'
import { createApp } from '../../env.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

export const consoleUserDisabling = createApp()
  .post('/console/users/:id/disabling', managesUsers, freshProof, async (c) => {
    await disableUser(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).console.users.disabledNow)
    return c.redirect('/console/users', 303)
  })
  .post('/console/users/:id/enabling', managesUsers, freshProof, async (c) => {
    await enableUser(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).console.users.enabledNow)
    return c.redirect('/console/users', 303)
  })
