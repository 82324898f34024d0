import type { Ceremony } from '../../ceremony/ceremony.ts'
import { findPreview, makePreview } from '../../ceremony/preview.ts'
import { type FillableField, fieldsToFill } from '../../ceremony/filling.ts'
import { whyStale } from '../../ceremony/stale-preview.ts'
import { pagesOf } from '../../envelope/fields.ts'
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
  const { db } = c.var.house
  const preview = await findPreview(db, ceremony, c.var.act.at)
  const isShown = preview !== null && problem !== 'moved'
  return c.var.render('signing/preview', {
    frame: frameOf(c, ceremony, '/preview'),
    preview: isShown
      ? {
          confirmed: preview.confirmed,
          documents: preview.documents.map(({ document, digest }) => shownDocument(document, digest, ceremony.documents, c.var.lang)),
          own: ownPlaces(
            (await fieldsToFill(db, ceremony, c.var.act.at)).filter(({ shown }) => shown),
            ceremony,
          ),
        }
      : null,
    stale: isShown ? null : await whyStale(db, ceremony, c.var.act.at),
    problem,
  })
}

/** A page on which something of the recipient's stands, and how far down it is. */
export interface OwnPlace {
  readonly documentId: string
  readonly page: number
  /** 0–1, of the page's height. */
  readonly middle: number
}

/** Their signature first: that is where the pages are opened. */
function ownPlaces(fields: readonly FillableField[], { documents }: Ceremony): OwnPlace[] {
  const places = fields.toSorted((a, b) => Number(b.kind === 'signature') - Number(a.kind === 'signature'))
  return places.flatMap(({ documentId, page, y, height }) => {
    const document = documents.find(({ id }) => id === documentId)
    const size = document && pagesOf(document)[page]
    return size ? [{ documentId, page, middle: Math.min(1, (y + height / 2) / size.height) }] : []
  })
}
