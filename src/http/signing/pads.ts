import { z } from 'zod'
import { offerPad, PAD_KINDS, padPicture, padProgress } from '../../ceremony/phone-pad.ts'
import { Refusal } from '../../base/refusal.ts'
import { qrPicture } from '../../view/qr.ts'
import { readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { asRecipient, recipientAct } from './recipient.ts'

const Asked = z.object({ kind: z.enum(PAD_KINDS, 'mark.unknown') })

/** Drawing on a phone, as the ceremony on the computer sees it: a code to scan, then what was drawn. */
export const signingPads = createApp()
  .post(
    '/s/:id/pads',
    asRecipient(['filling'], async (c, ceremony) => {
      const answers = await readAnswers(c, Asked)
      if (!answers.ok) throw new Refusal('invalid', 'mark.unknown')
      const { id, url } = await offerPad(c.var.house, recipientAct(c, ceremony), ceremony, answers.value.kind)
      return c.json({ pad: id, picture: qrPicture(url), progress: `/s/${ceremony.invitation.id}/pads/${id}` })
    }),
  )
  .get(
    '/s/:id/pads/:pad',
    asRecipient(['filling'], async (c, ceremony) =>
      c.json(await padProgress(c.var.house.db, c.var.act.at, ceremony, c.req.param('pad') as string)),
    ),
  )
  .get(
    '/s/:id/pads/:pad/picture',
    asRecipient(['filling'], async (c, ceremony) =>
      c.body(await padPicture(c.var.house.db, ceremony, c.req.param('pad') as string), 200, {
        'content-type': 'image/png',
        'cache-control': 'no-store',
      }),
    ),
  )
