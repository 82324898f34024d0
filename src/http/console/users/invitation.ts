import { inviteUser } from '../../../access/inviting.ts'
import { findUser, refuseHigher } from '../../../access/users.ts'
import { words } from '../../../view/words.ts'
import { managesUsers, requireUser, userAct } from '../../access.ts'
import { createApp } from '../../env.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

/** A link to choose a password: the first one, or a new one where it was forgotten. */
export const consoleUserInvitation = createApp().post('/console/users/:id/invitation', managesUsers, freshProof, async (c) => {
  const { db, wake } = c.var.house
  await db.transaction().execute(async (tx) => {
    const user = await findUser(tx, c.req.param('id'))
    refuseHigher(requireUser(c), user)
    await inviteUser(tx, userAct(c), user)
  })
  wake()
  flash(c, 'good', words(c.var.lang).console.users.invited)
  return c.redirect('/console/users', 303)
})
