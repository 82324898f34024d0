import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { giveRight, keepOwnRights, rightsOf, subjects } from '../../vault/folder-rights.ts'
import { moveFolder } from '../../vault/folder-moving.ts'
import {
  createFolder,
  deleteFolder,
  findFolderToEdit,
  listFolders,
  mayAddFolder,
  renameFolder,
  type ShownFolder,
} from '../../vault/folders.ts'
import { fill, words } from '../../view/words.ts'
import { opensVault, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { lineNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Named = z.object({ name: lineNeeded('folder.name-missing', 100), parent: z.string().max(40).optional() })
const Placed = z.object({ place: z.string().max(40) })
const RightAnswer = z.object({
  subject: z.string().regex(/^(everyone|(user|group|department):[\w-]{1,40})$/, 'folder.subject-unknown'),
  right: z.enum(['read', 'edit', 'none']),
})

export const vaultFolders = createApp()
  .get('/vault/folders/new', opensVault, async (c) => {
    const parent = c.req.query('parent') || null
    if (!(await mayAddFolder(c.var.house.db, requireUser(c), parent))) throw new Refusal('forbidden', 'access.forbidden')
    return c.html(await newPage(c, parent, blankForm()))
  })
  .post('/vault/folders', opensVault, async (c) => {
    const answers = await readAnswers(c, Named)
    const parent = answers.form.values['parent'] || null
    if (!answers.ok) return c.html(await newPage(c, parent, answers.form), 422)
    try {
      const id = await createFolder(c.var.house.db, userAct(c), requireUser(c), { name: answers.value.name, parentId: parent })
      return c.redirect(`/vault?folder=${id}`, 303)
    } catch (error) {
      return c.html(await newPage(c, parent, formWith(c, answers.form, error, NAME)), refusalStatus(error))
    }
  })
  .get('/vault/folders/:id', opensVault, async (c) => c.html(await page(c, c.req.param('id'), null)))
  .post('/vault/folders/:id', opensVault, async (c) => {
    const id = c.req.param('id')
    const answers = await readAnswers(c, Named)
    if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
    try {
      await renameFolder(c.var.house.db, userAct(c), requireUser(c), id, answers.value.name)
    } catch (error) {
      return c.html(await page(c, id, formWith(c, answers.form, error, NAME)), refusalStatus(error))
    }
    flash(c, 'good', fill(words(c.var.lang).folders.renamed, { name: answers.value.name }))
    return c.redirect(`/vault/folders/${id}`, 303)
  })
  .post('/vault/folders/:id/place', opensVault, async (c) => {
    const id = c.req.param('id')
    const answers = await readAnswers(c, Placed)
    if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
    const { name } = await findFolderToEdit(c.var.house.db, requireUser(c), id)
    try {
      await moveFolder(c.var.house.db, userAct(c), requireUser(c), id, answers.value.place || null)
    } catch (error) {
      return c.html(await page(c, id, formWith(c, answers.form, error, { folder: 'place' })), refusalStatus(error))
    }
    flash(c, 'good', fill(words(c.var.lang).folders.placed, { name }))
    return c.redirect(`/vault/folders/${id}`, 303)
  })
  .post('/vault/folders/:id/deletion', opensVault, async (c) => {
    const { parentId, name } = await findFolderToEdit(c.var.house.db, requireUser(c), c.req.param('id'))
    await deleteFolder(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    flash(c, 'good', fill(words(c.var.lang).folders.deleted, { name }))
    return c.redirect(parentId ? `/vault?folder=${parentId}` : '/vault', 303)
  })
  .post('/vault/folders/:id/own-rights', opensVault, freshProof, async (c) => {
    const id = c.req.param('id')
    const { own } = await c.req.parseBody()
    await keepOwnRights(c.var.house.db, userAct(c), requireUser(c), id, own === '1')
    flash(c, 'good', own === '1' ? words(c.var.lang).folders.closed : words(c.var.lang).folders.opened)
    return c.redirect(`/vault/folders/${id}`, 303)
  })
  .post('/vault/folders/:id/rights', opensVault, freshProof, async (c) => {
    const id = c.req.param('id')
    const answers = await readAnswers(c, RightAnswer)
    if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
    const [kind, subjectId = ''] = answers.value.subject.split(':')
    const right = answers.value.right === 'none' ? null : answers.value.right
    try {
      await giveRight(c.var.house.db, userAct(c), requireUser(c), id, { subjectKind: kind as 'user', subjectId }, right)
    } catch (error) {
      return c.html(await page(c, id, formWith(c, answers.form, error, { folder: 'subject' })), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).folders.rightsKept)
    return c.redirect(`/vault/folders/${id}`, 303)
  })

const NAME = {
  'folder.name': 'name',
  'folder.name-missing': 'name',
  'folder.name-taken': 'name',
  'folder.too-deep': 'name',
  'folder.too-many': 'name',
}

async function newPage(c: Ctx, parentId: string | null, form: Form): Promise<string> {
  const parent = (await listFolders(c.var.house.db, requireUser(c))).find(({ id }) => id === parentId) ?? null
  return c.var.render('vault/folders/new', { parent: parent && { id: parent.id, path: parent.path }, form })
}

async function page(c: Ctx, id: string, form: Form | null): Promise<string> {
  const { db } = c.var.house
  const folder = await findFolderToEdit(db, requireUser(c), id)
  const all = await listFolders(db, requireUser(c))
  const shown = all.find((one) => one.id === id)!
  const places = await placesFor(c, shown, all)
  const values = { name: folder.name, place: folder.parentId ?? '' }
  const outer = folder.scopeId && folder.scopeId !== id ? folder.scopeId : null
  return c.var.render('vault/folders/show', {
    folder: { id, name: folder.name, path: shown.path, hasOwnRights: folder.hasOwnRights === 1 },
    rights: folder.scopeId ? await rightsOf(db, folder.scopeId) : [],
    inheritsFrom: outer,
    subjects: folder.hasOwnRights ? await subjects(db) : [],
    places: places.length > 1 || form ? places : [],
    form: form ? { ...form, values: { ...values, ...form.values } } : blankForm(values),
  })
}

/** Where it lies, and where it can be put: not below itself. The top, for whoever may make folders there. */
async function placesFor(c: Ctx, { id, parentId }: ShownFolder, all: readonly ShownFolder[]): Promise<{ id: string; path: string }[]> {
  const isTop = parentId === null || (await mayAddFolder(c.var.house.db, requireUser(c), null))
  const below = new Set([id])
  for (const one of all) if (one.parentId && below.has(one.parentId)) below.add(one.id)
  const fit = all.filter((one) => !below.has(one.id) && (one.canEdit || one.id === parentId))
  // Where it lies may be closed to whoever looks.
  const here = parentId && !fit.some((one) => one.id === parentId) ? [{ id: parentId, path: '…' }] : []
  return [...(isTop ? [{ id: '', path: '' }] : []), ...here, ...fit.map((one) => ({ id: one.id, path: one.path }))]
}
