import type { User } from '../../../access/roles.ts'
import { findUser, refuseHigher, refuseTakingOver } from '../../../access/users.ts'
import { findRecipient } from '../../../envelope/recipients.ts'
import type { House } from '../../../house.ts'
import { CARRIES, type Message } from '../../../mail/message.ts'
import { openWaitingMessage, welcomedBy } from '../../../mail/opening.ts'
import { qrPicture } from '../../../view/qr.ts'
import { messageSources } from '../../../worker/message-sources.ts'
import { managesSettings, requireUser, userAct } from '../../access.ts'
import { createApp, type Ctx } from '../../env.ts'
import { policyShowing } from '../../letter-policy.ts'
import { freshProof } from '../../step-up.ts'

/** Never by GET: every opening is an event. The answer is the page itself, so that nothing of what it shows is kept anywhere. */
export const consoleOutboxOpening = createApp().post('/console/outbox/:id/opening', managesSettings, freshProof, async (c) => {
  const { house } = c.var
  await refuseLinkOfHigher(c, c.req.param('id'))
  const { message, subject, html, text, link, code } = await openWaitingMessage(
    { db: house.db, sources: messageSources(house) },
    userAct(c),
    c.req.param('id'),
  )
  const letter = html === null ? null : html.replace('<head>', '<head><base target="_blank">')
  if (letter !== null) c.header('Content-Security-Policy', policyShowing(letter))
  // The certificate of completion is written before anybody is told that everybody has signed.
  const isOnCertificate = message.envelopeId !== null && CARRIES[message.kind] !== null && message.kind !== 'completed'
  const told = (await isOwn(house.db, requireUser(c), message)) ? 'recordedOwn' : 'recorded'
  return c.html(
    await c.var.render('console/outbox/opening', {
      recorded: isOnCertificate ? `${told}OnCertificate` : told,
      message,
      subject,
      letter,
      text,
      link,
      code,
      qr: link === null ? null : qrPicture(link),
    }),
  )
})

/** The link by which somebody sets their password opens to nobody who may do less than they, and that of an account in use to nobody who may not edit permissions. */
async function refuseLinkOfHigher(c: Ctx, messageId: string): Promise<void> {
  const userId = await welcomedBy(c.var.house.db, messageId)
  if (!userId) return
  const user = await findUser(c.var.house.db, userId)
  refuseHigher(requireUser(c), user)
  refuseTakingOver(requireUser(c), user)
}

/** Whoever opens it is whom it is addressed to. */
async function isOwn(db: House['db'], user: Pick<User, 'id' | 'email'>, message: Message): Promise<boolean> {
  if (message.userId === user.id || message.address.toLowerCase() === user.email.toLowerCase()) return true
  if (!message.recipientId) return false
  return (await findRecipient(db, message.envelopeId ?? '', message.recipientId)).userId === user.id
}
