import { z } from 'zod'
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
import { freshProof } from '../step-up.ts'

const Placing = z.object({ reason: linesNeeded('envelope.reason-missing', 1_000) })

export const vaultLegalHold = createApp()
  .get('/vault/:id/legal-hold', opensVault, freshProof, async (c) => c.html(await page(c, c.req.param('id'), blankForm())))
  .post('/vault/:id/legal-hold', opensVault, freshProof, async (c) => {
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
  .post('/vault/:id/legal-hold/lifting', opensVault, freshProof, (c) => lifting(c, 'asked', (...of) => askToLift(...of)))
  .post('/vault/:id/legal-hold/lifting/approval', opensVault, freshProof, (c) =>
    lifting(c, 'lifted', (db, act, user, id, reason) => decideLift(db, act, user, id, true, reason)),
  )
  .post('/vault/:id/legal-hold/lifting/refusal', opensVault, freshProof, (c) =>
    lifting(c, 'kept', (db, act, user, id, reason) => decideLift(db, act, user, id, false, reason)),
  )

/** Each step asks for a reason. */
async function lifting(c: Ctx, done: 'asked' | 'lifted' | 'kept', verb: typeof askToLift): Promise<Response> {
  const id = c.req.param('id')!
  await refuseUnlessRight(c, id)
  const answers = await readAnswers(c, Placing)
  if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
  try {
    await verb(c.var.house.db, userAct(c), requireUser(c), id, answers.value.reason)
  } catch (error) {
    const form = formWith(c, answers.form, error, { hold: 'reason' })
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
