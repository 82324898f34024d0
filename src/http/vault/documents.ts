import { type Part, takeOut } from '../../vault/download.ts'
import { requireUser, signedIn } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { storedFile } from '../stored-file.ts'

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
  .get('/vault/:id/documents/:document/sealed.pdf', signedIn, (c) =>
    answer(
      c,
      c.req.param('id'),
      c.req.param('document'),
      'sealed',
      'application/pdf',
      c.req.query('save') === undefined ? 'inline' : 'attachment',
    ),
  )
  .get('/vault/:id/documents/:document/original', signedIn, (c) =>
    answer(c, c.req.param('id'), c.req.param('document'), 'original', 'application/octet-stream', 'attachment'),
  )
