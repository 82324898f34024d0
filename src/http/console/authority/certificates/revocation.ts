import { z } from 'zod'
import { confirmPassword } from '../../../../access/sign-in.ts'
import { revokeCertificate } from '../../../../authority/revoking.ts'
import { words } from '../../../../view/words.ts'
import { managesAuthority, requireUser, userAct } from '../../../access.ts'
import { formWith, readAnswers } from '../../../answers.ts'
import { createApp } from '../../../env.ts'
import { refusalStatus } from '../../../errors.ts'
import { flash } from '../../../server.ts'
import { certificatePage, REASONS } from '../certificates.ts'

const Revocation = z.object({
  reason: z.enum(REASONS, 'certificate.reason-unknown'),
  password: z.string().min(1, 'password.current-wrong').max(1_000, 'password.current-wrong'),
})

export const consoleCertificateRevocation = createApp().post(
  '/console/authority/certificates/:serial/revocation',
  managesAuthority,
  async (c) => {
    const answers = await readAnswers(c, Revocation)
    if (!answers.ok) return c.html(await certificatePage(c, answers.form), 422)
    const { reason, password } = answers.value
    const serial = c.req.param('serial')
    try {
      await confirmPassword(c.var.house, userAct(c), requireUser(c), password)
      await revokeCertificate(c.var.house, userAct(c), serial, reason)
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        password: 'password',
        'sign-in': 'password',
        certificate: 'reason',
        authority: 'reason',
      })
      return c.html(await certificatePage(c, form), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).authority.certificates.revokedNow)
    return c.redirect(`/console/authority/certificates/${serial}`, 303)
  },
)
