import { blankForm, type Form } from '../answers.ts'
import type { Ctx } from '../env.ts'

/** Unknown, expired, used, revoked and forged links show this one page, byte for byte. */
export const lostPage = async (c: Ctx, form: Form = blankForm()): Promise<Response> =>
  c.html(await c.var.render('signing/lost', { form, asked: false }), 404)
