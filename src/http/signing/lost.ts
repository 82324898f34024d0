import { z } from 'zod'
import { askForLink } from '../../ceremony/lost-link.ts'
import { blankForm, readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { lineNeeded } from '../schemas.ts'
import { speakAsBefore } from './language.ts'

const Asked = z.object({ address: lineNeeded('text.missing', 320) })

/** Whoever asks learns nothing: the answer is the same whether something waits for that address or not. */
export const signingLost = createApp()
  .get('/s/lost', async (c) => {
    speakAsBefore(c)
    return c.html(await c.var.render('signing/lost', { form: blankForm(), asked: c.req.query('asked') !== undefined }))
  })
  .post('/s/lost', async (c) => {
    speakAsBefore(c)
    const answers = await readAnswers(c, Asked)
    if (!answers.ok) return c.html(await c.var.render('signing/lost', { form: answers.form, asked: false }), 422)
    await askForLink(c.var.house, c.var.act, answers.value.address)
    return c.redirect('/s/lost?asked', 303)
  })
