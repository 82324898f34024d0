import { z } from 'zod'
import { renewCertificate } from '../../../authority/renewal.ts'
import { fill, words } from '../../../view/words.ts'
import { managesAuthority, userAct } from '../../access.ts'
import { readAnswers } from '../../answers.ts'
import { createApp } from '../../env.ts'
import { Refusal } from '../../../base/refusal.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

const Renewal = z.object({ purpose: z.enum(['root', 'issuing', 'seal', 'tsa', 'ocsp']) })

export const consoleAuthorityRenewal = createApp().post('/console/authority/renewal', managesAuthority, freshProof, async (c) => {
  const answers = await readAnswers(c, Renewal)
  if (!answers.ok) throw new Refusal('invalid', 'request.malformed')
  const { purpose } = answers.value
  await renewCertificate(c.var.house, userAct(c), purpose)
  const { renewed, purposes } = words(c.var.lang).authority
  flash(c, 'good', fill(renewed, { purpose: purposes[purpose] }))
  return c.redirect('/console/authority', 303)
})
