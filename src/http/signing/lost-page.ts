import { blankForm, type Form } from '../answers.ts'
import type { Ctx } from '../env.ts'
import { speakAsBefore } from './language.ts'

/** Unknown, expired, used, revoked and forged links show this one page, byte for byte. */
export async function lostPage(c: Ctx, form: Form = blankForm()): Promise<Response> {
  speakAsBefore(c)
  return c.html(await c.var.render('signing/lost', { form, asked: false }), 404)
}
