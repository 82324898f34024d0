import { z } from 'zod'
import { ROLES, type User } from '../../access/roles.ts'
import { addUser, changeUser, findUser, listUsers, type UserDetails } from '../../access/users.ts'
import { inviteUser } from '../../access/inviting.ts'
import { LANGUAGE_NAMES, words } from '../../view/words.ts'
import { administrator, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { drawnLine, drawnLineNeeded, emailAddress, language, phoneNumber, tick } from '../schemas.ts'
import { flash } from '../server.ts'
import { refusalStatus } from '../errors.ts'

const Person = z.object({
  email: emailAddress,
  firstName: drawnLineNeeded('person.first-name-missing', 80),
  lastName: drawnLineNeeded('person.last-name-missing', 80),
  jobTitle: drawnLine(120).default(''),
  phone: phoneNumber,
  language,
  role: z.enum(ROLES, 'form.invalid'),
  maySign: tick,
  mayStamp: tick,
})

const page = (c: Ctx, user: User | null, form: Form): Promise<string> =>
  c.var.render('console/users/show', {
    person: user && {
      id: user.id,
      name: `${user.firstName} ${user.lastName}`,
      isDisabled: user.disabledAt !== null,
      hasPassword: user.passwordHash !== null,
      isSelf: user.id === c.var.user?.id,
    },
    form,
    roles: ROLES,
    languages: LANGUAGE_NAMES,
  })

const valuesOf = (user: User): Record<string, string> => ({
  email: user.email,
  firstName: user.firstName,
  lastName: user.lastName,
  jobTitle: user.jobTitle,
  phone: user.phone ?? '',
  language: user.language,
  role: user.role,
  ...(user.maySign ? { maySign: '1' } : {}),
  ...(user.mayStamp ? { mayStamp: '1' } : {}),
})

export const consoleUsers = createApp()
  .get('/console/users', administrator, async (c) => {
    const users = await listUsers(c.var.house.db)
    return c.html(
      await c.var.render('console/users/index', {
        people: users.map((user) => ({
          id: user.id,
          name: `${user.firstName} ${user.lastName}`,
          email: user.email,
          jobTitle: user.jobTitle,
          role: user.role,
          maySign: user.maySign === 1,
          mayStamp: user.mayStamp === 1,
          state: user.disabledAt ? ('disabled' as const) : user.passwordHash ? ('active' as const) : ('invited' as const),
        })),
      }),
    )
  })
  .get('/console/users/new', administrator, async (c) => c.html(await page(c, null, blankForm({ language: c.var.lang, role: 'employee' }))))
  .post('/console/users', administrator, (c) => keep(c, null))
  .get('/console/users/:id', administrator, async (c) => {
    const user = await findUser(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, user, blankForm(valuesOf(user))))
  })
  .post('/console/users/:id', administrator, async (c) => keep(c, await findUser(c.var.house.db, c.req.param('id'))))

async function keep(c: Ctx, user: User | null): Promise<Response> {
  const answers = await readAnswers(c, Person)
  if (!answers.ok) return c.html(await page(c, user, answers.form), 422)
  const { db } = c.var.house
  const details = answers.value as UserDetails
  const act = userAct(c)
  try {
    if (user) await changeUser(db, act, user.id, details)
    // Added and invited by one commit: nobody is on the list without a link on its way.
    else await db.transaction().execute(async (tx) => inviteUser(tx, act, await addUser(tx, act, details)))
  } catch (error) {
    return c.html(
      await page(c, user, formWith(c, answers.form, error, { 'user.last-administrator': 'role', user: 'email' })),
      refusalStatus(error),
    )
  }
  c.var.house.wake()
  flash(c, 'good', user ? words(c.var.lang).console.saved : words(c.var.lang).console.users.invited)
  return c.redirect('/console/users', 303)
}
