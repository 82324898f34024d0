import { takeSecondFactors } from '../../../access/second-factor.ts'
import { words } from '../../../view/words.ts'
import { managesUsers, requireUser, userAct } from '../../access.ts'
import { createApp } from '../../env.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

/** For somebody who has lost their device. */
export const consoleUserSecondFactor = createApp().post('/console/users/:id/second-factor/removal', managesUsers, freshProof, async (c) => {
  const { id } = await takeSecondFactors(c.var.house, userAct(c), requireUser(c), c.req.param('id'))
  c.var.house.wake()
  flash(c, 'good', words(c.var.lang).security.person.taken)
  return c.redirect(`/console/users/${id}`, 303)
})
