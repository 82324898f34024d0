import { z } from 'zod'
import { findGroup, joinGroup, leaveGroup } from '../../../access/groups.ts'
import { words } from '../../../view/words.ts'
import { editsPermissions, managesUsers, requireUser, userAct } from '../../access.ts'
import { formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { flash } from '../../server.ts'
import { groupPage } from '../groups.ts'
import { keepRoles } from '../role-ticks.ts'
import { freshProof } from '../../step-up.ts'

const Person = z.object({ user: z.string('text.missing').min(1, 'text.missing').max(60) })

const back = (c: Ctx, id: string): Response => {
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect(`/console/groups/${id}`, 303)
}

export const consoleGroupMembers = createApp()
  .post('/console/groups/:id/members', managesUsers, freshProof, async (c) => {
    const { db } = c.var.house
    const group = await findGroup(db, c.req.param('id'))
    const answers = await readAnswers(c, Person)
    if (!answers.ok) return c.html(await groupPage(c, group, { member: answers.form }), 422)
    try {
      await joinGroup(db, userAct(c), requireUser(c), group.id, answers.value.user)
    } catch (error) {
      const member = formWith(c, answers.form, error, { user: 'user', permissions: 'user' })
      return c.html(await groupPage(c, group, { member }), refusalStatus(error))
    }
    return back(c, group.id)
  })
  .post('/console/groups/:id/members/:user/removal', managesUsers, freshProof, async (c) => {
    const { id, user } = c.req.param()
    await leaveGroup(c.var.house.db, userAct(c), requireUser(c), id, user)
    return back(c, id)
  })
  .post('/console/groups/:id/roles', editsPermissions, freshProof, async (c) => {
    const { id } = await findGroup(c.var.house.db, c.req.param('id'))
    await keepRoles(c, { kind: 'group', id })
    return back(c, id)
  })
