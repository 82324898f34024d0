import type { Ceremony } from '../../ceremony/ceremony.ts'
import { findPreview, makePreview } from '../../ceremony/preview.ts'
import { Refusal } from '../../base/refusal.ts'
import { createApp, type Ctx } from '../env.ts'
import { frameOf, shownDocument } from './frame.ts'
import { asRecipient, goOn, recipientAct } from './recipient.ts'

/** The pages of the very revision that will be signed. */
export const signingPreview = createApp()
  .get(
    '/s/:id/preview',
    asRecipient(['filling'], async (c, ceremony) => c.html(await previewPage(c, ceremony, null))),
  )
  .post(
    '/s/:id/preview',
    asRecipient(['filling'], async (c, ceremony) => {
      try {
        await makePreview(c.var.house, recipientAct(c, ceremony), ceremony)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        if (error.reason === 'ceremony.incomplete') return goOn(c, ceremony, '/fields')
        if (error.code !== 'unavailable') throw error
        return c.html(await previewPage(c, ceremony, 'later'), 503)
      }
      return goOn(c, ceremony, '/preview')
    }),
  )

export async function previewPage(c: Ctx, ceremony: Ceremony, problem: 'moved' | 'later' | null): Promise<string> {
  const preview = await findPreview(c.var.house.db, ceremony, c.var.act.at)
  return c.var.render('signing/preview', {
    frame: frameOf(c, ceremony, '/preview'),
    preview: preview && {
      confirmed: preview.confirmed,
      documents: preview.documents.map(({ document, digest }) => shownDocument(document, digest)),
    },
    problem,
  })
}
