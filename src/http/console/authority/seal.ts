import { z } from 'zod'
import { adoptSeal, discardSeal, layDownSeal, sealsOf, uploadSeal } from '../../../authority/own-seal.ts'
import type { Bytes } from '../../../base/bytes.ts'
import { words } from '../../../view/words.ts'
import { managesAuthority, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { Refusal } from '../../../base/refusal.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

const PATH = '/console/authority/seal'
const LARGEST = 500_000
const Upload = z.object({
  sealFile: z
    .instanceof(File, { message: 'own-seal.unreadable' })
    .refine((file) => file.size > 0 && file.size <= LARGEST, 'own-seal.unreadable'),
  filePassword: z.string().max(1_000, 'own-seal.password-wrong').default(''),
  more: z
    .instanceof(File)
    .optional()
    .refine((file) => !file || file.size <= LARGEST, 'own-seal.unreadable'),
})
const Adoption = z.object({ seal: z.string().max(64) })

async function page(c: Ctx, form: Form): Promise<string> {
  const { db, keys } = c.var.house
  return c.var.render('console/authority/seal', { ...(await sealsOf(db)), form, isLocked: keys.isLocked() })
}

const bytesOf = async (file: File): Promise<Bytes> => new Uint8Array(await file.arrayBuffer())

export const consoleSeal = createApp()
  .get(PATH, managesAuthority, freshProof, async (c) => c.html(await page(c, blankForm())))
  .post(PATH, managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Upload)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { sealFile, filePassword: password, more } = answers.value
    try {
      const upload = { file: await bytesOf(sealFile), password, more: more?.size ? await bytesOf(more) : null }
      await uploadSeal(c.var.house, userAct(c), upload)
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        'own-seal.password-wrong': 'filePassword',
        'own-seal.root-missing': 'more',
        'own-seal': 'sealFile',
        authority: 'sealFile',
      })
      return c.html(await page(c, form), refusalStatus(error))
    }
    return c.redirect(PATH, 303)
  })
  .post(`${PATH}/adoption`, managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Adoption)
    if (!answers.ok) throw new Refusal('invalid', 'request.malformed')
    await adoptSeal(c.var.house, userAct(c), answers.value.seal)
    flash(c, 'good', words(c.var.lang).authority.ownSeal.adopted)
    return c.redirect(PATH, 303)
  })
  .post(`${PATH}/discarding`, managesAuthority, freshProof, async (c) => {
    await discardSeal(c.var.house, userAct(c))
    return c.redirect(PATH, 303)
  })
  .post(`${PATH}/laying-down`, managesAuthority, freshProof, async (c) => {
    await layDownSeal(c.var.house, userAct(c))
    flash(c, 'good', words(c.var.lang).authority.ownSeal.laidDown)
    return c.redirect(PATH, 303)
  })
