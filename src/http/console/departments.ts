import { z } from 'zod'
import {
  addDepartment,
  changeDepartment,
  type Department,
  type DepartmentDetails,
  departmentTree,
  findDepartment,
  removeDepartment,
} from '../../access/departments.ts'
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

const choice = z
  .string()
  .max(60)
  .transform((text) => text || null)
const orNone = choice.default(null)
const Details = z.object({ name: lineNeeded('department.name-missing', 120), parentId: orNone, supervisorId: choice.optional() })
const Removal = z.object({ moveTo: z.string().max(60).optional() })

/** Where a refusal of this page stands. */
const FIELDS = {
  'department.inside-itself': 'parentId',
  'department.unknown': 'parentId',
  'department.names-supervisor': 'supervisorId',
  department: 'name',
  user: 'supervisorId',
  permissions: 'parentId',
}
const ELSEWHERE = '-'

interface Refused {
  readonly details?: Form
  readonly member?: Form
  readonly removal?: Form
}

export async function departmentPage(c: Ctx, department: Department | null, refused: Refused = {}): Promise<string> {
  const { db } = c.var.house
  const users = await listUsers(db)
  const tree = await departmentTree(db)
  const inside = department && new Set(insideOf(tree, department.id))
  const named = (departmentId: string | null) => tree.find(({ id }) => id === departmentId)?.name ?? null
  const active = users.filter(({ disabledAt }) => disabledAt === null)
  const { name, parentId, supervisorId } = department ?? { name: '', parentId: c.req.query('below') ?? null, supervisorId: null }
  const form = refused.details ?? blankForm({ name, parentId: parentId ?? '', supervisorId: supervisorId ?? '' })
  return c.var.render('console/departments/show', {
    department: department && { id: department.id, name: department.name, isEmpty: isEmpty(tree, department.id) },
    form,
    parents: tree.filter(({ id }) => !inside?.has(id)).map(({ id, name: label, depth }) => ({ id, name: label, depth })),
    people: active.map((user) => ({ id: user.id, name: fullName(user) })),
    namesSupervisor: requireUser(c).permissions.permissions.edit || form.errors['supervisorId'] !== undefined,
    supervisor: users.flatMap((user) => (user.id === supervisorId ? [fullName(user)] : []))[0] ?? null,
    members: users.filter(({ departmentId }) => department && departmentId === department.id).map(memberOf),
    others: active
      .filter(({ departmentId }) => departmentId !== department?.id)
      .map((user) => ({ id: user.id, name: fullName(user), department: named(user.departmentId) })),
    member: refused.member ?? blankForm(),
    removal: refused.removal ?? blankForm(),
    roles: department && (await roleTicks(c, { kind: 'department', id: department.id })),
  })
}

const memberOf = (user: { id: string; firstName: string; lastName: string; jobTitle: string }) => ({
  id: user.id,
  name: fullName(user),
  jobTitle: user.jobTitle,
})

/** The department and those below it, which stand after it in the tree and deeper. */
function insideOf(tree: readonly { readonly id: string; readonly depth: number }[], id: string): string[] {
  const at = tree.findIndex((one) => one.id === id)
  const rest = tree.slice(at + 1)
  const end = rest.findIndex(({ depth }) => depth <= (tree[at]?.depth ?? 0))
  return [id, ...rest.slice(0, end < 0 ? rest.length : end).map((one) => one.id)]
}

const isEmpty = (tree: readonly { readonly id: string; readonly depth: number; readonly people: number }[], id: string): boolean =>
  tree.find((one) => one.id === id)?.people === 0 && insideOf(tree, id).length === 1

export const consoleDepartments = createApp()
  .get('/console/departments', managesUsers, async (c) => {
    const { db } = c.var.house
    const names = new Map((await listUsers(db)).map((user) => [user.id, fullName(user)]))
    const tree = (await departmentTree(db)).map(({ id, name, depth, people, supervisorId }) => ({
      id,
      name,
      depth,
      people,
      supervisor: (supervisorId && names.get(supervisorId)) || null,
    }))
    return c.html(await c.var.render('console/departments/index', { tree }))
  })
  .get('/console/departments/new', managesUsers, async (c) => c.html(await departmentPage(c, null)))
  .post('/console/departments', managesUsers, freshProof, (c) => keep(c, null))
  .get('/console/departments/:id', managesUsers, async (c) =>
    c.html(await departmentPage(c, await findDepartment(c.var.house.db, c.req.param('id')))),
  )
  .post('/console/departments/:id', managesUsers, freshProof, async (c) => keep(c, await findDepartment(c.var.house.db, c.req.param('id'))))
  .post('/console/departments/:id/removal', managesUsers, freshProof, async (c) => {
    const { db } = c.var.house
    const department = await findDepartment(db, c.req.param('id'))
    const answers = await readAnswers(c, Removal)
    if (!answers.ok) return c.html(await departmentPage(c, department, { removal: answers.form }), 422)
    const { moveTo } = answers.value
    try {
      await removeDepartment(db, userAct(c), requireUser(c), department.id, moveTo === ELSEWHERE ? null : moveTo || undefined)
    } catch (error) {
      const removal = formWith(c, answers.form, error, { department: 'moveTo', permissions: 'moveTo', user: 'moveTo' })
      return c.html(await departmentPage(c, department, { removal }), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).organisation.departments.removed)
    return c.redirect('/console/departments', 303)
  })

async function keep(c: Ctx, department: Department | null): Promise<Response> {
  const { db } = c.var.house
  const answers = await readAnswers(c, Details)
  if (!answers.ok) return c.html(await departmentPage(c, department, { details: answers.form }), 422)
  // Whoever may not name a supervisor has no field for it, and it stays.
  const { name, parentId, supervisorId = department?.supervisorId ?? null } = answers.value
  const details: DepartmentDetails = { name, parentId, supervisorId }
  let id = department?.id ?? ''
  try {
    if (department) await changeDepartment(db, userAct(c), requireUser(c), department.id, details)
    else id = (await addDepartment(db, userAct(c), requireUser(c), details)).id
  } catch (error) {
    const form = formWith(c, answers.form, error, FIELDS)
    return c.html(await departmentPage(c, department, { details: form }), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect(department ? '/console/departments' : `/console/departments/${id}`, 303)
}
