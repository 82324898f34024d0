import { z } from 'zod'
import { type Choices, chooseMailing, choicesOf } from '../../notification/choosing.ts'
import { MAILINGS, NOTIFICATION_KINDS } from '../../notification/kinds.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { flash } from '../server.ts'

const Chosen = z.object(Object.fromEntries(NOTIFICATION_KINDS.map((kind) => [kind, z.enum(MAILINGS, 'text.missing')])))

export const accountNotifications = createApp()
  .get('/account/notifications', signedIn, async (c) =>
    c.html(await page(c, blankForm(await choicesOf(c.var.house.db, requireUser(c).id)))),
  )
  .post('/account/notifications', signedIn, async (c) => {
    const answers = await readAnswers(c, Chosen)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    await chooseMailing(c.var.house.db, userAct(c), answers.value as Choices)
    flash(c, 'good', words(c.var.lang).notifications.choices.saved)
    return c.redirect('/account/notifications', 303)
  })

const page = (c: Ctx, form: Form): Promise<string> =>
  c.var.render('account/notifications', { form, kinds: NOTIFICATION_KINDS, mailings: MAILINGS })
