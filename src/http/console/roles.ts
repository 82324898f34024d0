import { z } from 'zod'
import { listRoles } from '../../access/assigning.ts'
import { permissionsFrom } from '../../access/explaining.ts'
import { NO_PERMISSIONS, type Permissions, ROWS, valueOf } from '../../access/permissions.ts'
import { ADMINISTRATOR, isBuiltIn } from '../../access/rights.ts'
import { addRole, changeRole, findRole, holdersOfRole, removeRole, type Role } from '../../access/role-keeping.ts'
import { fill, words } from '../../view/words.ts'
import { editsPermissions, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { lineNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Answers = z.object({ name: lineNeeded('role.name-missing', 120) }).catchall(z.unknown())
const Fixed = z.object({}).catchall(z.unknown())
const Removal = z.object({ confirmed: z.string().optional() })

const valuesOf = ({ name, permissions }: { readonly name: string; readonly permissions: Permissions }): Record<string, string> => ({
  name,
  ...Object.fromEntries(
    ROWS.flatMap(({ section, row }) => {
      const value = valueOf(permissions, section, row)
      return value === false ? [] : [[`${section}.${row}`, value === true ? '1' : value]]
    }),
  ),
})

/** A built-in role is called by a word of the reader's language. */
export const roleName = (c: Ctx, { id, name }: Pick<Role, 'id' | 'name'>): string =>
  isBuiltIn(id) ? words(c.var.lang).access.builtIn[id].name : name

async function page(c: Ctx, role: Role | null, form: Form, removal = blankForm()): Promise<string> {
  const holders = role ? await holdersOfRole(c.var.house.db, role.id) : []
  return c.var.render('console/roles/show', {
    role: role && { id: role.id, name: roleName(c, role), isBuiltIn: isBuiltIn(role.id), isFixed: role.id === ADMINISTRATOR },
    rows: ROWS,
    form,
    holders,
    removal,
  })
}

export const consoleRoles = createApp()
  .get('/console/roles', editsPermissions, async (c) => {
    const { db } = c.var.house
    const roles = await Promise.all(
      (await listRoles(db)).map(async (role) => ({
        id: role.id,
        name: roleName(c, role),
        hint: isBuiltIn(role.id) ? words(c.var.lang).access.builtIn[role.id].hint : '',
        isBuiltIn: isBuiltIn(role.id),
        held: (await holdersOfRole(db, role.id)).length,
      })),
    )
    return c.html(await c.var.render('console/roles/index', { roles }))
  })
  .get('/console/roles/new', editsPermissions, freshProof, async (c) => {
    const from = c.req.query('copy')
    const role = from ? await findRole(c.var.house.db, from) : null
    const name = role ? fill(words(c.var.lang).organisation.roles.copyOf, { name: roleName(c, role) }) : ''
    return c.html(await page(c, null, blankForm(valuesOf({ name, permissions: role?.permissions ?? NO_PERMISSIONS }))))
  })
  .post('/console/roles', editsPermissions, freshProof, (c) => keep(c, null))
  .get('/console/roles/:id', editsPermissions, freshProof, async (c) => {
    const role = await findRole(c.var.house.db, c.req.param('id'))
    return c.html(await page(c, role, blankForm(valuesOf(role))))
  })
  .post('/console/roles/:id', editsPermissions, freshProof, async (c) => keep(c, await findRole(c.var.house.db, c.req.param('id'))))
  .post('/console/roles/:id/removal', editsPermissions, freshProof, async (c) => {
    const { db } = c.var.house
    const role = await findRole(db, c.req.param('id'))
    const answers = await readAnswers(c, Removal)
    try {
      await removeRole(db, userAct(c), requireUser(c), role.id, { isConfirmed: answers.ok && answers.value.confirmed === '1' })
    } catch (error) {
      const removal = formWith(c, answers.form, error, { role: 'confirmed', user: 'confirmed' })
      return c.html(await page(c, role, blankForm(valuesOf(role)), removal), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).organisation.roles.removed)
    return c.redirect('/console/roles', 303)
  })

async function keep(c: Ctx, role: Role | null): Promise<Response> {
  const { db } = c.var.house
  // The name of a built-in role is a word of each language, and stands in no form.
  const isFixedName = role !== null && isBuiltIn(role.id)
  const answers = await readAnswers(c, isFixedName ? Fixed : Answers)
  if (!answers.ok) return c.html(await page(c, role, answers.form), 422)
  const name = isFixedName ? role.name : String(answers.value['name'])
  const details = { name, permissions: permissionsFrom(answers.value) }
  let id = role?.id ?? ''
  try {
    if (role) await changeRole(db, userAct(c), requireUser(c), role.id, details)
    else id = (await addRole(db, userAct(c), requireUser(c), details)).id
  } catch (error) {
    const form = formWith(c, answers.form, error, { role: 'name', user: 'form', permissions: 'form' })
    return c.html(await page(c, role, form), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect(role ? '/console/roles' : `/console/roles/${id}`, 303)
}
