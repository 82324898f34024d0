import { z } from 'zod'
import { assignRolesIn, listRoles, ownRolesOf, rolesHeldBy } from '../../access/assigning.ts'
import { EMPLOYEE } from '../../access/rights.ts'
import type { User } from '../../access/roles.ts'
import { addUser, changeUser, findUser, listUsers, type UserDetails } from '../../access/users.ts'
import { inviteUser } from '../../access/inviting.ts'
import { LANGUAGE_NAMES, words } from '../../view/words.ts'
import { managesUsers, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { drawnLine, drawnLineNeeded, emailAddress, language, phoneNumber } from '../schemas.ts'
import { flash } from '../server.ts'
import { refusalStatus } from '../errors.ts'

const Person = z
  .object({
    email: emailAddress,
    firstName: drawnLineNeeded('person.first-name-missing', 80),
    lastName: drawnLineNeeded('person.last-name-missing', 80),
    jobTitle: drawnLine(120).default(''),
    phone: phoneNumber,
    language,
  })
  .catchall(z.unknown())

/** A box for each role, named after it. */
const ROLE = 'role:'

async function page(c: Ctx, user: User | null, form: Form): Promise<string> {
  return c.var.render('console/users/show', {
    person: user && {
      id: user.id,
      name: `${user.firstName} ${user.lastName}`,
      isDisabled: user.disabledAt !== null,
      hasPassword: user.passwordHash !== null,
      isSelf: user.id === c.var.user?.id,
    },
    form,
    roles: requireUser(c).permissions.permissions.edit ? await listRoles(c.var.house.db) : null,
    languages: LANGUAGE_NAMES,
  })
}

const ticked = (roles: Iterable<string>): Record<string, string> => Object.fromEntries([...roles].map((id) => [ROLE + id, '1']))

const valuesOf = async (c: Ctx, user: User): Promise<Record<string, string>> => ({
  email: user.email,
  firstName: user.firstName,
  lastName: user.lastName,
  jobTitle: user.jobTitle,
  phone: user.phone ?? '',
  language: user.language,
  ...ticked(await rolesHeldBy(c.var.house.db, { kind: 'user', id: user.id })),
})

export const consoleUsers = createApp()
  .get('/console/users', managesUsers, async (c) => {
    const users = await listUsers(c.var.house.db)
    const roles = await ownRolesOf(c.var.house.db)
    return c.html(
      await c.var.render('console/users/index', {
        people: users.map((user) => ({
          id: user.id,
          name: `${user.firstName} ${user.lastName}`,
          email: user.email,
          jobTitle: user.jobTitle,
          roles: roles.get(user.id) ?? [],
          state: user.disabledAt ? ('disabled' as const) : user.passwordHash ? ('active' as const) : ('invited' as const),
        })),
      }),
    )
  })
  .get('/console/users/new', managesUsers, async (c) =>
    c.html(await page(c, null, blankForm({ language: c.var.lang, ...ticked([EMPLOYEE]) }))),
  )
  .post('/console/users', managesUsers, (c) => keep(c, null))
  .get('/console/users/:id', managesUsers, async (c) => {
    const user = await findUser(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, user, blankForm(await valuesOf(c, user))))
  })
  .post('/console/users/:id', managesUsers, async (c) => keep(c, await findUser(c.var.house.db, c.req.param('id'))))

/** Roles come from the form of whoever may assign them alone; for anybody else they stay, and somebody new is an employee. */
async function keep(c: Ctx, user: User | null): Promise<Response> {
  const answers = await readAnswers(c, Person)
  if (!answers.ok) return c.html(await page(c, user, answers.form), 422)
  const { db } = c.var.house
  const { email, firstName, lastName, jobTitle, phone, language } = answers.value
  const details: UserDetails = { email, firstName, lastName, jobTitle, phone, language: language as UserDetails['language'] }
  const boxes = Object.keys(answers.value).flatMap((name) => (name.startsWith(ROLE) ? [name.slice(ROLE.length)] : []))
  const reader = requireUser(c)
  const roles = reader.permissions.permissions.edit ? boxes : null
  const act = userAct(c)
  try {
    await db.transaction().execute(async (tx) => {
      if (!user) return inviteUser(tx, act, await addUser(tx, act, { ...details, ...(roles ? { roles } : {}) }))
      await changeUser(tx, act, reader, user.id, details)
      if (roles) await assignRolesIn(tx, act, reader, { kind: 'user', id: user.id }, roles)
    })
  } catch (error) {
    const form = formWith(c, answers.form, error, { 'user.last-administrator': 'roles', role: 'roles', user: 'email' })
    return c.html(await page(c, user, form), refusalStatus(error))
  }
  c.var.house.wake()
  flash(c, 'good', user ? words(c.var.lang).console.saved : words(c.var.lang).console.users.invited)
  return c.redirect('/console/users', 303)
}
