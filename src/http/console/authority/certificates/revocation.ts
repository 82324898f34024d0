import { z } from 'zod'
import { revokeCertificate } from '../../../../authority/revoking.ts'
import { words } from '../../../../view/words.ts'
import { managesAuthority, userAct } from '../../../access.ts'
import { formWith, readAnswers } from '../../../answers.ts'
import { createApp } from '../../../env.ts'
import { refusalStatus } from '../../../errors.ts'
import { flash } from '../../../server.ts'
import { certificatePage, REASONS } from '../certificates.ts'
import { freshProof } from '../../../step-up.ts'

const Revocation = z.object({
  reason: z.enum(REASONS, 'certificate.reason-unknown'),
})

export const consoleCertificateRevocation = createApp().post(
  '/console/authority/certificates/:serial/revocation',
  managesAuthority,
  freshProof,
  async (c) => {
    const answers = await readAnswers(c, Revocation)
    if (!answers.ok) return c.html(await certificatePage(c, answers.form), 422)
    const { reason } = answers.value
    const serial = c.req.param('serial')
    try {
      await revokeCertificate(c.var.house, userAct(c), serial, reason)
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        certificate: 'reason',
        authority: 'reason',
      })
      return c.html(await certificatePage(c, form), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).authority.certificates.revokedNow)
    return c.redirect(`/console/authority/certificates/${serial}`, 303)
  },
)
