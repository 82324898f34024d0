import { attach, attachmentField, detach, LARGEST_ATTACHMENT, ownAttachment } from '../../ceremony/attaching.ts'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { Refusal } from '../../base/refusal.ts'
import { attachmentsOf } from '../../envelope/attachments.ts'
import { words } from '../../view/words.ts'
import { uploadForm } from '../uploads.ts'
import { blankForm, type Form } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { flash } from '../server.ts'
import type { Upload, UploadForm } from '../multipart.ts'
import { storedFile } from '../stored-file.ts'
import { frameOf } from './frame.ts'
import { asRecipient, goOn, recipientAct } from './recipient.ts'

/** A file that is asked of a recipient: a page of its own, with and without scripts, on a phone with its camera. */
export const signingAttachments = createApp()
  .get(
    '/s/:id/attachments/:field{fld_\\w+}',
    asRecipient(['filling'], async (c, ceremony) => c.html(await page(c, ceremony, blankForm()))),
  )
  .post(
    '/s/:id/attachments/:field{fld_\\w+}',
    asRecipient(['filling'], async (c, ceremony) => {
      const form = await uploadForm(c)
      try {
        await attach(c.var.house, recipientAct(c, ceremony), ceremony, c.req.param('field') as string, chosenFile(form))
      } catch (error) {
        if (!(error instanceof Refusal) || error.code === 'not_found') throw error
        const form = { ...blankForm(), errors: { file: refusalSentence(c.var.lang, error) } }
        return c.html(await page(c, ceremony, form), refusalStatus(error))
      }
      flash(c, 'good', words(c.var.lang).signing.attachment.attached)
      return goOn(c, ceremony, '/fields')
    }),
  )
  .post(
    '/s/:id/attachments/:field{fld_\\w+}/removal',
    asRecipient(['filling'], async (c, ceremony) => {
      await detach(c.var.house, recipientAct(c, ceremony), ceremony, c.req.param('field') as string)
      flash(c, 'good', words(c.var.lang).signing.attachment.removed)
      return goOn(c, ceremony, '/fields')
    }),
  )
  .get(
    '/s/:id/attachments/:attachment{att_\\w+}',
    asRecipient(['filling', 'signed'], async (c, ceremony) => {
      const { objectDigest, fileName, type } = await ownAttachment(c.var.house, ceremony, c.req.param('attachment') as string)
      return storedFile(c.var.house.db, objectDigest, fileName, type)
    }),
  )

/** Chosen, or taken by the camera. A browser sends a part without a name where nothing was chosen. */
function chosenFile({ files }: UploadForm): Upload {
  const chosen = ['file', 'photo'].flatMap((name) => files.filter((file) => file.field === name && (file.name || file.bytes.size > 0)))
  const file = chosen.find(({ bytes }) => bytes.size > 0) ?? chosen[0]
  if (!file) throw new Refusal('invalid', 'attachment.missing')
  return file
}

async function page(c: Ctx, ceremony: Ceremony, form: Form): Promise<string> {
  const field = await attachmentField(c.var.house, recipientAct(c, ceremony), ceremony, c.req.param('field') as string)
  const held = (await attachmentsOf(c.var.house.db, ceremony.recipient.id)).find(({ id }) => id === field.value)
  return c.var.render('signing/attachment', {
    frame: frameOf(c, ceremony, `/attachments/${field.id}`),
    field: { id: field.id, label: field.label, required: field.required },
    held: held ? { id: held.id, name: held.fileName, size: held.size } : null,
    megabytes: Math.floor(LARGEST_ATTACHMENT / 1_000_000),
    form,
  })
}
