import { z } from 'zod'
import { changeProtection } from '../../../../authority/protection.ts'
import { words } from '../../../../view/words.ts'
import { managesAuthority, userAct } from '../../../access.ts'
import { formWith, readAnswers } from '../../../answers.ts'
import { createApp } from '../../../env.ts'
import { refusalStatus } from '../../../errors.ts'
import { flash } from '../../../server.ts'
import { keysPage, protectionOf } from '../keys.ts'
import { freshProof } from '../../../step-up.ts'

const secret = z.string().max(1_000, 'password.current-wrong').default('')
const Change = z.object({
  protection: z.enum(['key-file', 'passphrase'], 'form.invalid'),
  currentPassphrase: secret,
  passphrase: secret,
  passphraseAgain: secret,
})

export const consoleKeyProtection = createApp().post('/console/authority/keys/protection', managesAuthority, freshProof, async (c) => {
  const answers = await readAnswers(c, Change)
  if (!answers.ok) return c.html(await keysPage(c, answers.form), 422)
  const { currentPassphrase: current } = answers.value
  try {
    const next = await protectionOf(c, answers.value)
    await changeProtection(c.var.house, userAct(c), { current, next })
  } catch (error) {
    const form = formWith(c, answers.form, error, {
      'authority.passphrase-wrong': 'currentPassphrase',
      'authority.locked': 'currentPassphrase',
      'password.repeat-differs': 'passphraseAgain',
      password: 'passphrase',
    })
    return c.html(await keysPage(c, form), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).authority.keeping.changed)
  return c.redirect('/console/authority/keys', 303)
})
