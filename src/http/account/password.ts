import { z } from 'zod'
import { changeOwnPassword } from '../../access/password-change.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { accountPage } from '../account.ts'
import { formWith, readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { password } from '../schemas.ts'
import { flash } from '../server.ts'
import { companyWords } from '../welcome.ts'

const Change = z.object({ currentPassword: z.string('password.current-wrong'), newPassword: password })

export const accountPassword = createApp().post('/account/password', signedIn, async (c) => {
  const answers = await readAnswers(c, Change)
  if (!answers.ok) return c.html(await accountPage(c, { password: answers.form }), 422)
  const { currentPassword: current, newPassword: next } = answers.value
  try {
    await changeOwnPassword(c.var.house, userAct(c), requireUser(c), {
      current,
      next,
      keepSession: c.var.sessionId ?? '',
      companyWords: await companyWords(c),
    })
  } catch (error) {
    const form = formWith(c, answers.form, error, {
      'password.current-wrong': 'currentPassword',
      'sign-in': 'currentPassword',
      password: 'newPassword',
    })
    return c.html(await accountPage(c, { password: form }), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).access.passwordChanged)
  return c.redirect('/account', 303)
})
