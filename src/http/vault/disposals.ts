import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { askToDispose, decideDisposal, findDisposal, listDisposals } from '../../vault/disposing.ts'
import { EVERYTHING } from '../../vault/filters.ts'
import { searchVault } from '../../vault/register.ts'
import { refuseUnlessDisposer } from '../../vault/retention.ts'
import { words } from '../../view/words.ts'
import { opensVault, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { linesNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { storedFile } from '../stored-file.ts'
import { cursorText, pickedIn, readCursor } from './query.ts'
import { freshProof } from '../step-up.ts'

const Deciding = z.object({
  reason: linesNeeded('envelope.reason-missing', 1_000),
})

/** What has come to the end of its time, and what two people decide about it. */
export const vaultDisposals = createApp()
  .get('/vault/disposals', opensVault, async (c) => c.html(await due(c, blankForm())))
  .post('/vault/disposals', opensVault, freshProof, async (c) => {
    refuseUnlessDisposer(requireUser(c))
    const body = await c.req.parseBody({ all: true })
    const reason = typeof body['reason'] === 'string' ? body['reason'] : ''
    try {
      const id = await askToDispose(c.var.house.db, userAct(c), requireUser(c), pickedIn(body), reason)
      flash(c, 'good', words(c.var.lang).retention.asked)
      return c.redirect(`/vault/disposals/${id}`, 303)
    } catch (error) {
      const form = formWith(c, blankForm({ reason }), error, { 'envelope.reason-missing': 'reason', vault: 'reason', disposal: 'reason' })
      return c.html(await due(c, form), refusalStatus(error))
    }
  })
  .get('/vault/disposals/:id', opensVault, async (c) => c.html(await page(c, c.req.param('id'), blankForm())))
  .post('/vault/disposals/:id/approval', opensVault, freshProof, (c) => decide(c, true))
  .post('/vault/disposals/:id/refusal', opensVault, freshProof, (c) => decide(c, false))
  .get('/vault/disposals/:id/certificate.pdf', opensVault, async (c) => {
    const { db } = c.var.house
    const { certificateDigest, certificateDocumentId } = await findDisposal(db, requireUser(c), c.req.param('id'))
    if (!certificateDigest) throw new Refusal('not_found', 'disposal.unknown')
    return storedFile(db, certificateDigest, `${certificateDocumentId}.pdf`, 'application/pdf', 'inline')
  })

async function due(c: Ctx, form: Form): Promise<string> {
  const { db } = c.var.house
  refuseUnlessDisposer(requireUser(c))
  const query = { ...EVERYTHING, stage: 'due' as const, sort: 'oldest' as const, at: c.var.act.at }
  const { entries, next } = await searchVault(db, requireUser(c), query, { after: readCursor(c.req.query('after')) })
  return c.var.render('vault/disposals/index', {
    entries,
    next: cursorText(next),
    disposals: await listDisposals(db, requireUser(c)),
    form,
  })
}

async function page(c: Ctx, id: string, form: Form): Promise<string> {
  const disposal = await findDisposal(c.var.house.db, requireUser(c), id)
  return c.var.render('vault/disposals/show', { disposal, isMine: disposal.askedBy === requireUser(c).id, form })
}

async function decide(c: Ctx, isApproved: boolean): Promise<Response> {
  const { house } = c.var
  const id = c.req.param('id')!
  await findDisposal(house.db, requireUser(c), id)
  const answers = await readAnswers(c, Deciding)
  if (!answers.ok) return c.html(await page(c, id, answers.form), 422)
  try {
    await decideDisposal(house.db, userAct(c), requireUser(c), id, isApproved, answers.value.reason)
  } catch (error) {
    const form = formWith(c, answers.form, error, { disposal: 'reason' })
    return c.html(await page(c, id, form), refusalStatus(error))
  }
  house.wake()
  flash(c, 'good', isApproved ? words(c.var.lang).retention.approved : words(c.var.lang).retention.declined)
  return c.redirect(`/vault/disposals/${id}`, 303)
}
