import { z } from 'zod'
import { mayWith } from '../../envelope/envelope.ts'
import { Refusal } from '../../base/refusal.ts'
import { annul, reinstate } from '../../envelope/annulment.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { standingOf } from '../../vault/standing.ts'
import { words } from '../../view/words.ts'
import { opensVault, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { linesNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

type Kind = 'annulled' | 'reinstated'

const Answer = z.object({ reason: linesNeeded('envelope.reason-missing', 1_000), public: z.literal('1').optional() })

export const vaultAnnulment = createApp()
  .get('/vault/:id/annulment', opensVault, (c) => ask(c, 'annulled', c.req.param('id')))
  .post('/vault/:id/annulment', opensVault, freshProof, (c) => declare(c, 'annulled', c.req.param('id')))
  .get('/vault/:id/reinstatement', opensVault, (c) => ask(c, 'reinstated', c.req.param('id')))
  .post('/vault/:id/reinstatement', opensVault, freshProof, (c) => declare(c, 'reinstated', c.req.param('id')))

/** What it means, before it is done. */
async function ask(c: Ctx, kind: Kind, id: string): Promise<Response> {
  const entry = await findVaultEntry(c.var.house.db, requireUser(c), id)
  if (!(await mayWith(c.var.house.db, requireUser(c), id, 'annul'))) throw new Refusal('forbidden', 'access.forbidden')
  const { canAnnul, canReinstate } = await standingOf(c.var.house.db, requireUser(c), entry)
  // Somebody else was faster: the page of the entry says so.
  if (!(kind === 'annulled' ? canAnnul : canReinstate)) return c.redirect(`/vault/${id}`, 303)
  return c.html(await page(c, kind, id, blankForm()))
}

async function declare(c: Ctx, kind: Kind, id: string): Promise<Response> {
  const { house } = c.var
  await findVaultEntry(house.db, requireUser(c), id)
  if (!(await mayWith(c.var.house.db, requireUser(c), id, 'annul'))) throw new Refusal('forbidden', 'access.forbidden')
  const answers = await readAnswers(c, Answer)
  if (!answers.ok) return c.html(await page(c, kind, id, answers.form), 422)
  const { reason, public: shown } = answers.value
  try {
    const verb = kind === 'annulled' ? annul : reinstate
    await verb(house, userAct(c), requireUser(c), id, { reason, isPublic: shown === '1' })
  } catch (error) {
    const form = formWith(c, answers.form, error, { 'envelope.reason-missing': 'reason', annulment: 'reason' })
    return c.html(await page(c, kind, id, form), refusalStatus(error))
  }
  const { vault } = words(c.var.lang)
  flash(c, 'good', kind === 'annulled' ? vault.annul.done : vault.reinstate.done)
  return c.redirect(`/vault/${id}`, 303)
}

async function page(c: Ctx, kind: Kind, id: string, form: Form): Promise<string> {
  const entry = await findVaultEntry(c.var.house.db, requireUser(c), id)
  return c.var.render('vault/annulment', { entry, kind, told: entry.parties.length, form })
}
