import { z } from 'zod'
import { listFolders } from '../../vault/folders.ts'
import { kindsOf } from '../../vault/kinds.ts'
import { assignClass, findClass, keepClass, listClasses, listRules, refuseUnlessDisposer, removeClass } from '../../vault/retention.ts'
import { words } from '../../view/words.ts'
import { opensVault, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { line, tick } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Class = z.object({
  name: line(100),
  years: z
    .string()
    .trim()
    .regex(/^(\d{1,3})?$/, 'number.invalid')
    .default('')
    .transform((typed) => (typed ? Number(typed) : null)),
  until: z
    .string()
    .trim()
    .default('')
    .transform((typed) => typed || null),
  action: z.enum(['review', 'dispose']),
  isDefault: tick,
})
const FIELDS = { 'retention.name-missing': 'name', 'retention.end-missing': 'years' }

/** Retention classes and what they are assigned to. */
export const vaultRetention = createApp()
  .get('/vault/retention', opensVault, async (c) => {
    const { db } = c.var.house
    refuseUnlessDisposer(requireUser(c))
    return c.html(
      await c.var.render('vault/retention/index', {
        classes: await listClasses(db),
        kinds: await kindsOf(db, requireUser(c)),
        folders: await listFolders(db, requireUser(c)),
        rules: await listRules(db),
      }),
    )
  })
  .get('/vault/retention/new', opensVault, (c) => show(c, null, blankForm({ action: 'review' })))
  .post('/vault/retention', opensVault, freshProof, (c) => keep(c, null))
  .get('/vault/retention/:id', opensVault, async (c) => {
    refuseUnlessDisposer(requireUser(c))
    const { name, years, until, action, isDefault } = await findClass(c.var.house.db, c.req.param('id'))
    return show(
      c,
      c.req.param('id'),
      blankForm({ name, years: years === null ? '' : String(years), until: until ?? '', action, isDefault: isDefault ? '1' : '' }),
    )
  })
  .post('/vault/retention/assignments', opensVault, freshProof, async (c) => {
    const { folder, kind, class: classId } = (await c.req.parseBody()) as Record<string, string>
    const to = folder ? { folder } : { kind: (kind ?? '').slice(0, 80) }
    await assignClass(c.var.house.db, userAct(c), requireUser(c), to, classId || null)
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).retention.assigned)
    return c.redirect('/vault/retention', 303)
  })
  .post('/vault/retention/:id', opensVault, freshProof, (c) => keep(c, c.req.param('id')))
  .post('/vault/retention/:id/removal', opensVault, freshProof, async (c) => {
    await removeClass(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).retention.removed)
    return c.redirect('/vault/retention', 303)
  })

async function show(c: Ctx, id: string | null, form: Form, status: 200 | 422 = 200): Promise<Response> {
  refuseUnlessDisposer(requireUser(c))
  return c.html(await c.var.render('vault/retention/show', { id, form }), status)
}

async function keep(c: Ctx, id: string | null): Promise<Response> {
  refuseUnlessDisposer(requireUser(c))
  const answers = await readAnswers(c, Class)
  if (!answers.ok) return show(c, id, answers.form, 422)
  try {
    await keepClass(c.var.house.db, userAct(c), requireUser(c), id, answers.value)
  } catch (error) {
    return c.html(await c.var.render('vault/retention/show', { id, form: formWith(c, answers.form, error, FIELDS) }), refusalStatus(error))
  }
  c.var.house.wake()
  flash(c, 'good', words(c.var.lang).retention.kept)
  return c.redirect('/vault/retention', 303)
}
