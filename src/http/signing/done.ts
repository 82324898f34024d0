import { createApp } from '../env.ts'
import { frameOf } from './frame.ts'
import { asRecipient } from './recipient.ts'

export const signingDone = createApp().get(
  '/s/:id/done',
  asRecipient(['signed'], async (c, ceremony) =>
    c.html(
      await c.var.render('signing/done', {
        frame: frameOf(c, ceremony, '/done'),
        signedAt: ceremony.recipient.signedAt,
        isSealing: ceremony.envelope.status !== 'sent',
      }),
    ),
  ),
)
