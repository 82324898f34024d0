import { z } from 'zod'
import { readHouseCertificates } from '../../../authority/certificates.ts'
import { adoptSubAuthority, requestSubAuthority, waitingSince } from '../../../authority/sub-authority.ts'
import { words } from '../../../view/words.ts'
import { managesAuthority, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { flash } from '../../server.ts'
import { contentDisposition } from '../../stored-file.ts'
import { freshProof, freshProofForFile } from '../../step-up.ts'

const PATH = '/console/authority/sub-authority'
const Request = z.object({ algorithm: z.enum(['ecdsa-p256', 'rsa-3072'], 'authority.algorithm-unknown') })
const Answer = z.object({
  chain: z
    .instanceof(File, { message: 'sub-authority.unreadable' })
    .refine((file) => file.size > 0 && file.size <= 200_000, 'sub-authority.unreadable'),
})

async function page(c: Ctx, form: Form): Promise<string> {
  const { db, keys } = c.var.house
  const { root, issuing } = (await readHouseCertificates(db)).current
  return c.var.render('console/authority/sub-authority', {
    form: { ...form, values: { algorithm: 'rsa-3072', ...form.values } },
    isLocked: keys.isLocked(),
    waiting: await waitingSince(db),
    above: root.keyId === null ? root.subject.commonName : null,
    until: issuing.notAfter,
  })
}

export const consoleSubAuthority = createApp()
  .get(PATH, managesAuthority, freshProof, async (c) => c.html(await page(c, blankForm())))
  .post(`${PATH}/request`, managesAuthority, freshProofForFile, async (c) => {
    const answers = await readAnswers(c, Request)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    try {
      return c.body(await requestSubAuthority(c.var.house, userAct(c), answers.value.algorithm), 200, {
        'content-type': 'application/x-pem-file',
        'content-disposition': contentDisposition('attachment', 'issuing-request.pem'),
      })
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        authority: 'algorithm',
      })
      return c.html(await page(c, form), refusalStatus(error))
    }
  })
  .post(`${PATH}/chain`, managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Answer)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    try {
      await adoptSubAuthority(c.var.house, userAct(c), new Uint8Array(await answers.value.chain.arrayBuffer()))
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        'sub-authority': 'chain',
        authority: 'chain',
      })
      return c.html(await page(c, form), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).authority.below.adopted)
    return c.redirect('/console/authority', 303)
  })
