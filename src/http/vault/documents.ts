import { Refusal } from '../../base/refusal.ts'
import { pageImage } from '../../envelope/page-images.ts'
import { certificateOf, type Part, takeOut } from '../../vault/download.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { opensVault, requireUser } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { contentDisposition, storedFile } from '../stored-file.ts'

const answer = async (
  c: Ctx,
  id: string,
  documentId: string,
  part: Part,
  type: string,
  kind: 'attachment' | 'inline',
): Promise<Response> => {
  const { db } = c.var.house
  const { digest, fileName } = await takeOut(db, c.var.act, requireUser(c), id, documentId, part)
  return storedFile(db, digest, fileName, type, kind)
}

export const vaultDocuments = createApp()
  // What we sealed may open in the browser; what a stranger uploaded is only ever saved.
  .get('/vault/:id/documents/:document/sealed.pdf', opensVault, (c) =>
    answer(
      c,
      c.req.param('id'),
      c.req.param('document'),
      'sealed',
      'application/pdf',
      c.req.query('save') === undefined ? 'inline' : 'attachment',
    ),
  )
  .get('/vault/:id/documents/:document/certificate.pdf', opensVault, async (c) => {
    const { house, act } = c.var
    const download = await takeOut(house.db, act, requireUser(c), c.req.param('id'), c.req.param('document'), 'certificate')
    return c.body(await certificateOf(house, download), 200, {
      'content-type': 'application/pdf',
      'content-disposition': contentDisposition('inline', download.fileName),
    })
  })
  // Pages as pictures: part of the look at the entry that is recorded already.
  .get('/vault/:id/documents/:document/pages/:page', opensVault, async (c) => {
    const { house } = c.var
    const { documents, row } = await findVaultEntry(house.db, requireUser(c), c.req.param('id'))
    if (row.disposedAt) throw new Refusal('gone', 'vault.disposed')
    const document = documents.find(({ id }) => id === c.req.param('document'))
    if (!document) throw new Refusal('not_found', 'vault.not-found')
    const { bytes, type } = await pageImage(house, document.digest, Number(c.req.param('page')), Number(c.req.query('width') ?? '800'))
    return c.body(bytes, 200, {
      'content-type': type,
      'cache-control': c.req.query('v') === document.digest ? 'private, max-age=86400, immutable' : 'no-store',
    })
  })
  .get('/vault/:id/documents/:document/original', opensVault, (c) =>
    answer(c, c.req.param('id'), c.req.param('document'), 'original', 'application/octet-stream', 'attachment'),
  )
