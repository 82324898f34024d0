import { z } from 'zod'
import { addGroup, findGroup, type Group, listGroups, membersOf, removeGroup, renameGroup } from '../../access/groups.ts'
import { fullName } from '../../access/roles.ts'
import { listUsers } from '../../access/users.ts'
import { words } from '../../view/words.ts'
import { managesUsers, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { lineNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { roleTicks } from './role-ticks.ts'
import { freshProof } from '../step-up.ts'

const Details = z.object({ name: lineNeeded('group.name-missing', 120) })

export async function groupPage(c: Ctx, group: Group | null, refused: { details?: Form; member?: Form } = {}): Promise<string> {
  const { db } = c.var.house
  const users = await listUsers(db)
  const inside = group ? await membersOf(db, group.id) : new Set<string>()
  return c.var.render('console/groups/show', {
    group,
    form: refused.details ?? blankForm({ name: group?.name ?? '' }),
    members: users.filter(({ id }) => inside.has(id)).map((user) => ({ id: user.id, name: fullName(user), jobTitle: user.jobTitle })),
    others: users
      .filter(({ id, disabledAt }) => !inside.has(id) && disabledAt === null)
      .map((user) => ({ id: user.id, name: fullName(user), department: null })),
    member: refused.member ?? blankForm(),
    roles: group && (await roleTicks(c, { kind: 'group', id: group.id })),
  })
}

export const consoleGroups = createApp()
  .get('/console/groups', managesUsers, async (c) =>
    c.html(await c.var.render('console/groups/index', { groups: await listGroups(c.var.house.db) })),
  )
  .get('/console/groups/new', managesUsers, async (c) => c.html(await groupPage(c, null)))
  .post('/console/groups', managesUsers, freshProof, (c) => keep(c, null))
  .get('/console/groups/:id', managesUsers, async (c) => c.html(await groupPage(c, await findGroup(c.var.house.db, c.req.param('id')))))
  .post('/console/groups/:id', managesUsers, freshProof, async (c) => keep(c, await findGroup(c.var.house.db, c.req.param('id'))))
  .post('/console/groups/:id/removal', managesUsers, freshProof, async (c) => {
    await removeGroup(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).organisation.groups.removed)
    return c.redirect('/console/groups', 303)
  })

async function keep(c: Ctx, group: Group | null): Promise<Response> {
  const { db } = c.var.house
  const answers = await readAnswers(c, Details)
  if (!answers.ok) return c.html(await groupPage(c, group, { details: answers.form }), 422)
  let id = group?.id ?? ''
  try {
    if (group) await renameGroup(db, userAct(c), group.id, answers.value.name)
    else id = (await addGroup(db, userAct(c), answers.value.name)).id
  } catch (error) {
    return c.html(await groupPage(c, group, { details: formWith(c, answers.form, error, { group: 'name' }) }), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect(group ? '/console/groups' : `/console/groups/${id}`, 303)
}
