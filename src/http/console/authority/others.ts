import { z } from 'zod'
import { distrustOther, findOther, listOthers, type OtherAuthority, readOthers, trustOthers } from '../../../authority/others.ts'
import { utf8 } from '../../../base/bytes.ts'
import { toPem } from '../../../pki/certificate.ts'
import { words } from '../../../view/words.ts'
import { managesAuthority, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { lines, linesNeeded } from '../../schemas.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

const PATH = '/console/authority/others'
const LONGEST = 200_000
const Given = z.object({
  file: z
    .instanceof(File)
    .refine(({ size }) => size <= LONGEST, 'others.unreadable')
    .optional(),
  pem: lines(LONGEST).default(''),
})
const Confirmed = z.object({ pem: linesNeeded('others.unreadable', LONGEST), compared: z.literal('1', 'others.not-compared') })

const page = async (c: Ctx, form: Form): Promise<string> =>
  c.var.render('console/authority/others/index', { others: await listOthers(c.var.house.db), form })

const confirming = (c: Ctx, others: readonly OtherAuthority[], form: Form): Promise<string> =>
  Promise.resolve(c.var.render('console/authority/others/confirming', { others, form, pem: others.map(({ der }) => toPem(der)).join('') }))

/** What was refused of a certificate stands beside the field that it came by. */
async function refused(c: Ctx, form: Form, error: unknown, field: 'file' | 'pem'): Promise<Response> {
  return c.html(await page(c, formWith(c, form, error, { others: field })), refusalStatus(error))
}

const back = (c: Ctx, said: string): Response => {
  flash(c, 'good', said)
  return c.redirect(PATH, 303)
}

export const consoleOtherAuthorities = createApp()
  .get(PATH, managesAuthority, async (c) => c.html(await page(c, blankForm())))
  .get(`${PATH}/reading`, managesAuthority, (c) => c.redirect(PATH, 303))
  // Reads what was given and shows whose it is. Nothing is kept: the page itself carries it to the confirmation.
  .post(`${PATH}/reading`, managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Given)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { file, pem } = answers.value
    const isFile = Boolean(file?.size)
    try {
      const given = isFile ? new Uint8Array(await file!.arrayBuffer()) : utf8(pem)
      return c.html(await confirming(c, await readOthers(c.var.house.db, c.var.act.at, given), blankForm()))
    } catch (error) {
      return refused(c, answers.form, error, isFile || !pem ? 'file' : 'pem')
    }
  })
  .post(PATH, managesAuthority, freshProof, async (c) => {
    const { db } = c.var.house
    const answers = await readAnswers(c, Confirmed)
    try {
      if (answers.ok) await trustOthers(db, userAct(c), utf8(answers.value.pem))
      else {
        const others = await readOthers(db, c.var.act.at, utf8(answers.form.values['pem'] ?? ''))
        return c.html(await confirming(c, others, answers.form), 422)
      }
    } catch (error) {
      return refused(c, answers.form, error, 'pem')
    }
    return back(c, words(c.var.lang).authority.others.added)
  })
  .get(`${PATH}/:fingerprint{[0-9a-f]{64}}`, managesAuthority, async (c) =>
    c.html(await c.var.render('console/authority/others/show', { other: await findOther(c.var.house.db, c.req.param('fingerprint')) })),
  )
  .post(`${PATH}/:fingerprint{[0-9a-f]{64}}/removal`, managesAuthority, freshProof, async (c) => {
    await distrustOther(c.var.house.db, userAct(c), c.req.param('fingerprint'))
    return back(c, words(c.var.lang).authority.others.removed)
  })
