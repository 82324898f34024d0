import { z } from 'zod'
import { readEmailChannel, readSmsChannel } from '../../mail/channel.ts'
import { SMS_PRESETS } from '../../mail/sms-presets.ts'
import { defaultLegalEntity } from '../../setting/legal-entity.ts'
import { managesSettings, requireUser } from '../access.ts'
import { blankForm, type Form } from '../answers.ts'
import { type ShownTest, SMS_SHAPES } from '../channel-answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { fixedBy } from '../fixed.ts'
import { freshProof } from '../step-up.ts'

const Query = z.object({ preset: z.enum(SMS_SHAPES).optional().catch(undefined) })

/** Both channels; one of the two forms as it was typed, or with the outcome of its test. */
export async function channelsPage(
  c: Ctx,
  shown: { email?: Form; sms?: Form; emailTest?: ShownTest; smsTest?: ShownTest } = {},
): Promise<string> {
  const { db, secretKey } = c.var.house
  const [email, sms, entity] = await Promise.all([readEmailChannel(db, secretKey), readSmsChannel(db, secretKey), defaultLegalEntity(db)])
  const user = requireUser(c)
  const emailValues: Record<string, string> = email
    ? {
        host: email.host,
        port: String(email.port),
        security: email.security,
        user: email.user ?? '',
        fromAddress: email.fromAddress,
        fromName: email.fromName,
        caPem: email.caPem ?? '',
      }
    : { port: '587', security: 'starttls', fromName: entity?.legalName ?? '' }
  const smsValues: Record<string, string> = sms
    ? { preset: sms.preset, method: sms.method, successContains: sms.successContains, from: sms.from }
    : { preset: 'own', method: 'POST' }
  const { preset } = Query.parse(c.req.query())
  return c.var.render('console/channels/index', {
    email: shown.email ?? blankForm({ ...emailValues, testAddress: user.email }),
    hasEmail: email !== null,
    hasPassword: Boolean(email?.password),
    emailFixed: fixedBy(c, 'PARAPHE_SMTP'),
    emailTest: shown.emailTest ?? null,
    sms: shown.sms ?? blankForm({ ...smsValues, testNumber: user.phone ?? '', ...(preset ? { preset, ...SMS_PRESETS[preset] } : {}) }),
    smsHost: sms ? (URL.parse(sms.url)?.host ?? '') : null,
    smsTest: shown.smsTest ?? null,
    shapes: SMS_SHAPES,
    // The places in braces are written so that a page never holds one outside a field.
    presets: JSON.stringify(SMS_PRESETS).replaceAll(/\{(?=(?:to|text|from)\})/g, String.raw`\u007b`),
  })
}

export const consoleChannels = createApp().get('/console/channels', managesSettings, freshProof, async (c) => c.html(await channelsPage(c)))
