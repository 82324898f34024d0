import type { Digest } from '../../base/digest.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { findPreview } from '../../ceremony/preview.ts'
import { pagesOf } from '../../envelope/fields.ts'
import { pageImage, pageText } from '../../envelope/page-images.ts'
import { createApp, type Ctx } from '../env.ts'
import { storedFile } from '../stored-file.ts'
import { finishedOf } from './finished.ts'
import { frameOf, shownDocuments } from './frame.ts'
import { lostPage } from './lost-page.ts'
import { ANY, asRecipient } from './recipient.ts'

/** How many pages of text stand on one page. */
const AT_ONCE = 20

type Shown = { readonly digest: Digest; readonly pages: number }

/** Pictures, text and file of what this link shows. Their version is in the address, so a picture may be kept. */
export const signingPages = createApp()
  .get('/s/:id{lnk_\\w+}/documents/:document/pages/:page', async (c) => {
    const shown = await finishedDocument(c)
    return shown ? picture(c, shown) : lostPage(c)
  })
  .get('/s/:id{lnk_\\w+}/documents/:document/pages/:page/text', async (c) => {
    const shown = await finishedDocument(c)
    return shown ? text(c, shown) : lostPage(c)
  })
  .get(
    '/s/:id/documents/:document/pages/:page',
    asRecipient(ANY, async (c, ceremony) => picture(c, await shownTo(c, ceremony))),
  )
  .get(
    '/s/:id/documents/:document/pages/:page/text',
    asRecipient(ANY, async (c, ceremony) => text(c, await shownTo(c, ceremony))),
  )
  .get(
    '/s/:id/documents/:document/text',
    asRecipient(ANY, async (c, ceremony) => {
      const document = shownDocuments(ceremony, c.var.lang).find(({ id }) => id === c.req.param('document'))
      if (!document) throw new Refusal('not_found', 'document.unknown')
      const from = Math.min(pageNumber(c.req.query('from') ?? '0'), document.pages.length - 1)
      const numbers = document.pages.map((_, number) => number).slice(from, from + AT_ONCE)
      const pages: { number: number; text: string }[] = []
      for (const number of numbers) pages.push({ number, text: (await pageText(c.var.house, document.digest, number)).text.trim() })
      return c.html(
        await c.var.render('signing/text', {
          frame: frameOf(c, ceremony, `/documents/${document.id}/text`),
          document: { id: document.id, title: document.title },
          pages,
          total: document.pages.length,
          next: from + AT_ONCE < document.pages.length ? from + AT_ONCE : null,
        }),
      )
    }),
  )
  .get(
    '/s/:id/documents/:document/file',
    asRecipient(ANY, (c, ceremony) => {
      const document = ceremony.documents.find(({ id }) => id === c.req.param('document'))
      if (!document) throw new Refusal('not_found', 'document.unknown')
      return storedFile(c.var.house.db, document.shown, `${document.title}.pdf`, 'application/pdf')
    }),
  )

/** The version that is asked for, where this recipient is shown it; otherwise the document as it is now. */
async function shownTo(c: Ctx, ceremony: Ceremony): Promise<Shown> {
  const document = ceremony.documents.find(({ id }) => id === c.req.param('document'))
  if (!document) throw new Refusal('not_found', 'document.unknown')
  const wanted = c.req.query('v')
  if (wanted && wanted !== document.shown && ceremony.step === 'filling') {
    const preview = await findPreview(c.var.house.db, ceremony, c.var.act.at)
    const previewed = preview?.documents.find((one) => one.document.id === document.id)
    if (previewed?.digest === wanted) return { digest: previewed.digest, pages: previewed.pages }
  }
  return { digest: document.shown, pages: pagesOf(document).length }
}

async function finishedDocument(c: Ctx): Promise<Shown | null> {
  const found = await finishedOf(c)
  if (!found) return null
  const one = found.documents.find(({ document }) => document.id === c.req.param('document'))
  if (!one) throw new Refusal('not_found', 'document.unknown')
  return { digest: one.digest, pages: one.pages }
}

async function picture(c: Ctx, { digest, pages }: Shown): Promise<Response> {
  const page = pageOf(c, pages)
  const { bytes, type } = await pageImage(c.var.house, digest, page, Number(c.req.query('width') ?? 800))
  return c.body(bytes, 200, { 'content-type': type, 'cache-control': keeping(c, digest) })
}

async function text(c: Ctx, { digest, pages }: Shown): Promise<Response> {
  const found = await pageText(c.var.house, digest, pageOf(c, pages))
  c.header('cache-control', keeping(c, digest))
  return c.json(found)
}

const keeping = (c: Ctx, digest: Digest): string => (c.req.query('v') === digest ? 'private, max-age=86400, immutable' : 'no-store')

function pageOf(c: Ctx, pages: number): number {
  const page = pageNumber(c.req.param('page') as string)
  if (page >= pages) throw new Refusal('not_found', 'document.page-unknown')
  return page
}

function pageNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new Refusal('not_found', 'document.page-unknown')
  return Number(text)
}
