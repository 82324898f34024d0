import { z } from 'zod'
import { confirmPassword } from '../../access/sign-in.ts'
import { Refusal } from '../../base/refusal.ts'
import { askToLift, decideLift, mayHold, placeHold, standingHold } from '../../vault/legal-hold.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { words } from '../../view/words.ts'
import { opensVault, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { linesNeeded } from '../schemas.ts'
import { flash } from '../server.ts'

const Placing = z.object({ reason: linesNeeded('envelope.reason-missing', 1_000) })
const Lifting = Placing.extend({ password: z.string().min(1, 'password.current-wrong').max(1_000, 'password.current-wrong') })

export const vaultLegalHold = createApp()
  .get('/vault/:id/legal-hold', opensVault, async (c) => c.html(await page(c, c.req.param('id'), blankForm())))
  .post('/vault/:id/legal-hold', opensVault, async (c) => {
    const id = c.req.param('id')
    await refuseUnlessRight(c, id)
    const answers = await readAnswers(c, Placing)
    if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
    try {
      await placeHold(c.var.house.db, userAct(c), requireUser(c), id, answers.value.reason)
    } catch (error) {
      return c.html(await page(c, id, formWith(c, answers.form, error, { hold: 'reason' })), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).vault.hold.placed)
    return c.redirect(`/vault/${id}`, 303)
  })
  .post('/vault/:id/legal-hold/lifting', opensVault, (c) => lifting(c, 'asked', (...of) => askToLift(...of)))
  .post('/vault/:id/legal-hold/lifting/approval', opensVault, (c) =>
    lifting(c, 'lifted', (db, act, user, id, reason) => decideLift(db, act, user, id, true, reason)),
  )
  .post('/vault/:id/legal-hold/lifting/refusal', opensVault, (c) =>
    lifting(c, 'kept', (db, act, user, id, reason) => decideLift(db, act, user, id, false, reason)),
  )

/** Each step asks for a reason and for the password of whoever takes it. */
async function lifting(c: Ctx, done: 'asked' | 'lifted' | 'kept', verb: typeof askToLift): Promise<Response> {
  const id = c.req.param('id')!
  await refuseUnlessRight(c, id)
  const answers = await readAnswers(c, Lifting)
  if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
  try {
    await confirmPassword(c.var.house, userAct(c), requireUser(c), answers.value.password)
    await verb(c.var.house.db, userAct(c), requireUser(c), id, answers.value.reason)
  } catch (error) {
    const form = formWith(c, answers.form, error, { hold: 'reason', password: 'password', 'sign-in': 'password' })
    return c.html(await page(c, id, form), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).vault.hold[done])
  return c.redirect(`/vault/${id}`, 303)
}

async function refuseUnlessRight(c: Ctx, id: string): Promise<void> {
  await findVaultEntry(c.var.house.db, requireUser(c), id)
  if (!(await mayHold(c.var.house.db, requireUser(c), id))) throw new Refusal('forbidden', 'access.forbidden')
}

async function page(c: Ctx, id: string, form: Form): Promise<string> {
  await refuseUnlessRight(c, id)
  const { db } = c.var.house
  const { title } = await findVaultEntry(db, requireUser(c), id)
  return c.var.render('vault/legal-hold', { entry: { id, title }, hold: await standingHold(db, id), form })
}
