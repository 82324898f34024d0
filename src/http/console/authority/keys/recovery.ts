import { z } from 'zod'
import { SHORTEST_PASSWORD } from '../../../../access/password.ts'
import { recoverKeys, renewRecovery } from '../../../../authority/protection.ts'
import { managesAuthority, userAct } from '../../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../../answers.ts'
import { createApp, type Ctx } from '../../../env.ts'
import { refusalStatus } from '../../../errors.ts'
import { keysPage, protectionOf } from '../keys.ts'
import { freshProof } from '../../../step-up.ts'

const secret = z.string().max(1_000, 'password.current-wrong').default('')
const Recovery = z.object({
  recoverySecret: secret,
  protection: z.enum(['key-file', 'passphrase'], 'form.invalid'),
  passphrase: secret,
  passphraseAgain: secret,
})

const page = (c: Ctx, form: Form): Promise<string> =>
  c.var.render('console/authority/keys/recovering', { form, shortest: SHORTEST_PASSWORD })

export const consoleKeyRecovery = createApp()
  // The answer itself shows the secret, once: it stands in no address, no cookie and no cache.
  .post('/console/authority/keys/recovery', managesAuthority, freshProof, async (c) => {
    try {
      const recovery = await renewRecovery(c.var.house, userAct(c))
      return c.html(await c.var.render('console/authority/keys/secret', { recovery, wasRecovered: false }))
    } catch (error) {
      return c.html(await keysPage(c, formWith(c, blankForm(), error, { authority: 'recovery' })), refusalStatus(error))
    }
  })
  .get('/console/authority/keys/recovering', managesAuthority, freshProof, async (c) =>
    c.html(await page(c, blankForm({ protection: 'passphrase' }))),
  )
  .post('/console/authority/keys/recovering', managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Recovery)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    try {
      const next = await protectionOf(c, answers.value)
      const recovery = await recoverKeys(c.var.house, userAct(c), answers.value.recoverySecret, next)
      c.var.house.wake()
      return c.html(await c.var.render('console/authority/keys/secret', { recovery, wasRecovered: true }))
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        authority: 'recoverySecret',
        'password.repeat-differs': 'passphraseAgain',
        password: 'passphrase',
      })
      return c.html(await page(c, form), refusalStatus(error))
    }
  })
