import { z } from 'zod'
import { overviewOf } from '../../authority/overview.ts'
import { unlockAuthority } from '../../authority/unlocking.ts'
import { words } from '../../view/words.ts'
import { managesAuthority, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Unlocking = z.object({ passphrase: z.string().min(1, 'authority.passphrase-wrong').max(1_000, 'authority.passphrase-wrong') })

export async function authorityPage(c: Ctx, form: Form): Promise<string> {
  const { keys } = c.var.house
  const overview = await overviewOf(c.var.house, c.var.act.at)
  return c.var.render('console/authority', {
    overview,
    isLocked: keys.isLocked(),
    rootIsHere: overview.certificates.some(({ purpose, canRenew }) => purpose === 'root' && canRenew),
    needsPassphrase: keys.needsPassphrase(),
    form,
  })
}

export const consoleAuthority = createApp()
  .get('/console/authority', managesAuthority, async (c) => c.html(await authorityPage(c, blankForm())))
  .post('/console/authority/unlocking', managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Unlocking)
    if (!answers.ok) return c.html(await authorityPage(c, answers.form), 422)
    try {
      await unlockAuthority(c.var.house, userAct(c), answers.value.passphrase)
    } catch (error) {
      return c.html(await authorityPage(c, formWith(c, answers.form, error, { authority: 'passphrase' })), refusalStatus(error))
    }
    c.var.house.wake()
    flash(c, 'good', words(c.var.lang).authority.unlockedNow)
    return c.redirect('/console/authority', 303)
  })
