import { z } from 'zod'
import { findDepartment, placeUser } from '../../../access/departments.ts'
import { words } from '../../../view/words.ts'
import { editsPermissions, managesUsers, requireUser, userAct } from '../../access.ts'
import { formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { flash } from '../../server.ts'
import { departmentPage } from '../departments.ts'
import { keepRoles } from '../role-ticks.ts'
import { freshProof } from '../../step-up.ts'

const Person = z.object({ user: z.string('text.missing').min(1, 'text.missing').max(60) })

const back = (c: Ctx, id: string): Response => {
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect(`/console/departments/${id}`, 303)
}

export const consoleDepartmentMembers = createApp()
  .post('/console/departments/:id/members', managesUsers, freshProof, async (c) => {
    const { db } = c.var.house
    const department = await findDepartment(db, c.req.param('id'))
    const answers = await readAnswers(c, Person)
    if (!answers.ok) return c.html(await departmentPage(c, department, { member: answers.form }), 422)
    try {
      await placeUser(db, userAct(c), requireUser(c), answers.value.user, department.id)
    } catch (error) {
      const member = formWith(c, answers.form, error, { user: 'user', permissions: 'user' })
      return c.html(await departmentPage(c, department, { member }), refusalStatus(error))
    }
    return back(c, department.id)
  })
  .post('/console/departments/:id/members/:user/removal', managesUsers, freshProof, async (c) => {
    const { id } = await findDepartment(c.var.house.db, c.req.param('id'))
    await placeUser(c.var.house.db, userAct(c), requireUser(c), c.req.param('user'), null)
    return back(c, id)
  })
  .post('/console/departments/:id/roles', editsPermissions, freshProof, async (c) => {
    const { id } = await findDepartment(c.var.house.db, c.req.param('id'))
    await keepRoles(c, { kind: 'department', id })
    return back(c, id)
  })
