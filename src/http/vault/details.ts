import { z } from 'zod'
import { readAmount } from '../../base/amount.ts'
import { describeEntry, mayDescribe } from '../../vault/describing.ts'
import { kindsOf } from '../../vault/kinds.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { assignClass, listClasses, mayDispose } from '../../vault/retention.ts'
import { Refusal } from '../../base/refusal.ts'
import { words } from '../../view/words.ts'
import { opensVault, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { line } from '../schemas.ts'
import { flash } from '../server.ts'

const Details = z.object({
  kind: line(80),
  amount: z
    .string()
    .trim()
    .refine((typed) => !typed || readAmount(typed) !== null, 'vault.amount-invalid'),
  currency: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^([A-Z]{3})?$/, 'vault.currency-invalid'),
  class: z.string().max(40).optional(),
})

/** What people say of an entry: its kind, its amount, how long it is kept. */
export const vaultDetails = createApp()
  .get('/vault/:id/details', opensVault, async (c) => {
    const { row } = await findVaultEntry(c.var.house.db, requireUser(c), c.req.param('id'))
    const amount = row.amount === null ? '' : (row.amount / 100).toFixed(2)
    return c.html(await page(c, c.req.param('id'), blankForm({ kind: row.kind, amount, currency: row.currency, class: row.classId ?? '' })))
  })
  .post('/vault/:id/details', opensVault, async (c) => {
    const { db } = c.var.house
    const id = c.req.param('id')
    const { row } = await findVaultEntry(db, requireUser(c), id)
    const answers = await readAnswers(c, Details)
    if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
    const { kind, amount, currency, class: classId } = answers.value
    await describeEntry(db, userAct(c), requireUser(c), id, { kind, amount: amount ? readAmount(amount) : null, currency })
    if (mayDispose(requireUser(c)) && classId !== undefined && (row.classId ?? '') !== classId)
      await assignClass(db, userAct(c), requireUser(c), { envelope: id }, classId || null)
    flash(c, 'good', words(c.var.lang).register.detailsKept)
    return c.redirect(`/vault/${id}`, 303)
  })

async function page(c: Ctx, id: string, form: Form): Promise<string> {
  const { db } = c.var.house
  const { title } = await findVaultEntry(db, requireUser(c), id)
  if (!(await mayDescribe(db, requireUser(c), id))) throw new Refusal('forbidden', 'access.forbidden')
  const classes = mayDispose(requireUser(c)) ? await listClasses(db) : null
  return c.var.render('vault/details', { entry: { id, title }, kinds: await kindsOf(db, requireUser(c)), classes, form })
}
