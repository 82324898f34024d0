import { z } from 'zod'
import { assignRolesIn, ownRolesOf, rolesHeldBy, rolesOfNewcomer } from '../../access/assigning.ts'
import { departmentTree, moveUser } from '../../access/departments.ts'
import { factorsOf } from '../../access/second-factor.ts'
import { explainRights } from '../../access/explaining.ts'
import { groupsOf, listGroups, putIntoGroups } from '../../access/groups.ts'
import { inviteUser } from '../../access/inviting.ts'
import { EMPLOYEE } from '../../access/rights.ts'
import { fullName, type User } from '../../access/roles.ts'
import { changingRights } from '../../access/standing.ts'
import { addUser, changeUser, findUser, listUsers, mayDoMore, type UserDetails } from '../../access/users.ts'
import { LANGUAGE_NAMES, words } from '../../view/words.ts'
import { ownedBy } from '../account.ts'
import { originsOfUsers } from '../../access/sign-on/owned.ts'
import { managesUsers, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { drawnLine, drawnLineNeeded, emailAddress, language, phoneNumber } from '../schemas.ts'
import { flash } from '../server.ts'
import { roleTicks, rolesIn, ticked } from './role-ticks.ts'
import { freshProof } from '../step-up.ts'

const Person = z
  .object({
    email: emailAddress,
    firstName: drawnLineNeeded('person.first-name-missing', 80),
    lastName: drawnLineNeeded('person.last-name-missing', 80),
    jobTitle: drawnLine(120).default(''),
    phone: phoneNumber,
    language,
    departmentId: z.string().max(60).default(''),
  })
  .catchall(z.unknown())

const GROUP = 'group:'

/** Beside which field a refusal stands. */
const FIELDS = {
  'user.last-administrator': 'roles',
  role: 'roles',
  permissions: 'place',
  department: 'place',
  group: 'place',
  source: 'email',
  user: 'email',
}

async function page(c: Ctx, user: User | null, form: Form): Promise<string> {
  const { db } = c.var.house
  return c.var.render('console/users/show', {
    person: user && {
      id: user.id,
      name: fullName(user),
      isService: user.isService === 1,
      isDisabled: user.disabledAt !== null,
      hasPassword: user.passwordHash !== null,
      isSelf: user.id === c.var.user?.id,
      mayDoMore: mayDoMore(requireUser(c), user),
      factors: await factorsOf(db, user.id),
      owned: await ownedBy(c, user.id),
    },
    startsWithout: !user && !(await rolesOfNewcomer(db, requireUser(c))).length,
    form,
    ticks: await roleTicks(c, { kind: 'user', id: user?.id ?? '' }, form),
    departments: (await departmentTree(db)).map(({ id, name, depth }) => ({ id, name, depth })),
    groups: await listGroups(db),
    rights: user ? await explainRights(db, user) : [],
    languages: LANGUAGE_NAMES,
  })
}

const valuesOf = async (c: Ctx, user: User): Promise<Record<string, string>> => ({
  email: user.email,
  firstName: user.firstName,
  lastName: user.lastName,
  jobTitle: user.jobTitle,
  phone: user.phone ?? '',
  language: user.language,
  departmentId: user.departmentId ?? '',
  ...Object.fromEntries([...(await groupsOf(c.var.house.db, user.id))].map((id) => [GROUP + id, '1'])),
  ...ticked(await rolesHeldBy(c.var.house.db, { kind: 'user', id: user.id })),
})

export const consoleUsers = createApp()
  .get('/console/users', managesUsers, async (c) => {
    const { db } = c.var.house
    const users = await listUsers(db)
    const roles = await ownRolesOf(db)
    const origins = await originsOfUsers(db)
    const departments = new Map((await departmentTree(db)).map(({ id, name }) => [id, name]))
    return c.html(
      await c.var.render('console/users/index', {
        people: users.map((user) => ({
          id: user.id,
          name: fullName(user),
          email: user.isService ? '' : user.email,
          jobTitle: user.jobTitle,
          department: (user.departmentId && departments.get(user.departmentId)) || null,
          roles: roles.get(user.id) ?? [],
          state: user.disabledAt
            ? ('disabled' as const)
            : user.isService
              ? ('service' as const)
              : user.passwordHash || origins.has(user.id)
                ? ('active' as const)
                : ('invited' as const),
          origin: origins.get(user.id)?.name ?? null,
        })),
        hasOrigins: origins.size > 0,
      }),
    )
  })
  .get('/console/users/new', managesUsers, freshProof, async (c) =>
    c.html(await page(c, null, blankForm({ language: c.var.lang, ...ticked([EMPLOYEE]) }))),
  )
  .post('/console/users', managesUsers, freshProof, (c) => keep(c, null))
  .get('/console/users/:id', managesUsers, freshProof, async (c) => {
    const user = await findUser(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, user, blankForm(await valuesOf(c, user))))
  })
  .post('/console/users/:id', managesUsers, freshProof, async (c) => keep(c, await findUser(c.var.house.db, c.req.param('id'))))

/** Roles come from the form of whoever may assign them alone; for anybody else they stay. */
async function keep(c: Ctx, before: User | null): Promise<Response> {
  const answers = await readAnswers(c, Person)
  if (!answers.ok) return c.html(await page(c, before, answers.form), 422)
  const { db } = c.var.house
  const { email, firstName, lastName, jobTitle, phone, language, departmentId } = answers.value
  const details: UserDetails = { email, firstName, lastName, jobTitle, phone, language: language as UserDetails['language'] }
  const groups = Object.keys(answers.value).flatMap((name) => (name.startsWith(GROUP) ? [name.slice(GROUP.length)] : []))
  const reader = requireUser(c)
  const roles = reader.permissions.permissions.edit ? rolesIn(answers.value) : null
  const act = userAct(c)
  try {
    await db.transaction().execute(async (tx) => {
      const user = before ?? (await addUser(tx, act, { ...details, roles: roles ?? (await rolesOfNewcomer(tx, reader)) }))
      if (before) await changeUser(tx, act, reader, user.id, details)
      await changingRights(tx, reader, async () => {
        await moveUser(tx, act, user.id, departmentId || null)
        await putIntoGroups(tx, act, user.id, groups)
        if (before && roles) await assignRolesIn(tx, act, reader, { kind: 'user', id: user.id }, roles)
      })
      if (!before) await inviteUser(tx, act, user)
    })
  } catch (error) {
    return c.html(await page(c, before, formWith(c, answers.form, error, FIELDS)), refusalStatus(error))
  }
  c.var.house.wake()
  flash(c, 'good', before ? words(c.var.lang).console.saved : words(c.var.lang).console.users.invited)
  return c.redirect('/console/users', 303)
}
