import type { Digest } from '../../base/digest.ts'
import { Refusal } from '../../base/refusal.ts'
import { findShownFor } from '../../envelope/design.ts'
import { type Document, listDocuments } from '../../envelope/envelope.ts'
import { pageImage, pageText, shownDigest } from '../../envelope/page-images.ts'
import { requireUser, signedIn } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { storedFile } from '../stored-file.ts'

/** A document of an envelope that the user may see, and what is shown of it now. */
async function shownDocument(c: Ctx, envelopeId: string, documentId: string): Promise<{ document: Document; digest: Digest }> {
  const { db } = c.var.house
  const envelope = await findShownFor(db, requireUser(c), envelopeId)
  const document = (await listDocuments(db, envelope.id)).find(({ id }) => id === documentId)
  if (!document) throw new Refusal('not_found', 'page.not-found')
  return { document, digest: await shownDigest(db, document) }
}

const number = (text: string | undefined): number => (text && /^\d{1,5}$/.test(text) ? Number(text) : -1)

/** Pages of a document as pictures and as text. A page is counted from 0, as fields count it. */
export const envelopePages = createApp()
  .get('/envelopes/:id/documents/:document/pages/:page', signedIn, async (c) => {
    const { digest } = await shownDocument(c, c.req.param('id'), c.req.param('document'))
    const { bytes, type } = await pageImage(c.var.house, digest, number(c.req.param('page')), number(c.req.query('width') ?? '800'))
    return c.body(bytes, 200, {
      'content-type': type,
      // An address with the digest never shows anything else.
      'cache-control': c.req.query('v') === digest ? 'private, max-age=86400, immutable' : 'no-store',
    })
  })
  .get('/envelopes/:id/documents/:document/pages/:page/text', signedIn, async (c) => {
    const { digest } = await shownDocument(c, c.req.param('id'), c.req.param('document'))
    return c.json(await pageText(c.var.house, digest, number(c.req.param('page'))))
  })
  // A stranger may have made it: it is only ever saved, never opened in the browser.
  .get('/envelopes/:id/documents/:document/file', signedIn, async (c) => {
    const { document, digest } = await shownDocument(c, c.req.param('id'), c.req.param('document'))
    return storedFile(c.var.house.db, digest, `${document.title || 'document'}.pdf`, 'application/octet-stream')
  })
