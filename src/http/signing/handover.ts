import { handBack } from '../../ceremony/handing-back.ts'
import { createApp } from '../env.ts'
import { forgetCeremony } from './cookies.ts'
import { ANY, asRecipient, recipientAct } from './recipient.ts'

/** Who signed in person gives the device back: whoever lent it signs in again and is led to the document. */
export const signingHandover = createApp().post(
  '/s/:id/handover',
  asRecipient(ANY, async (c, ceremony) => {
    await handBack(c.var.house, recipientAct(c, ceremony), ceremony)
    await forgetCeremony(c, ceremony.invitation.id)
    return c.redirect(`/envelopes/${ceremony.envelope.id}`, 303)
  }),
)
