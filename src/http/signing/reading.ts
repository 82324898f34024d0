import { HOUR } from '../../base/instant.ts'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { codeFacts } from '../../ceremony/one-time-code.ts'
import { createApp, type Ctx } from '../env.ts'
import { frameOf, shownDocuments } from './frame.ts'
import { asRecipient, OPEN, PAGES } from './recipient.ts'

/** Who sends what, and the document at full quality. */
export const signingReading = createApp().get(
  '/s/:id',
  asRecipient(OPEN, async (c, ceremony) => c.html(await page(c, ceremony))),
)

async function page(c: Ctx, ceremony: Ceremony): Promise<string> {
  const { envelope, invitation, step } = ceremony
  const { address, way } = await codeFacts(c.var.house.db, ceremony, c.var.act.at)
  return c.var.render('signing/reading', {
    frame: frameOf(c, ceremony),
    message: envelope.message,
    deadline: envelope.deadline
      ? { at: envelope.deadline, isSoon: Date.parse(envelope.deadline) - Date.parse(c.var.act.at) < 24 * HOUR }
      : null,
    address,
    way,
    documents: shownDocuments(ceremony, c.var.lang),
    goesOnAt: step === 'reading' ? null : `/s/${invitation.id}${PAGES[step]}`,
  })
}
