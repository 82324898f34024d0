import { verifierFile } from '../../../verification/alone.ts'
import { managesAuthority } from '../../access.ts'
import { createApp } from '../../env.ts'
import { contentDisposition } from '../../stored-file.ts'

/** For whoever has to verify without this server: one file to hand on. */
export const consoleAuthorityVerifier = createApp().get('/console/authority/verifier.html', managesAuthority, async (c) =>
  c.body(await verifierFile(c.var.house, c.var.act.at), 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-disposition': contentDisposition('attachment', 'verifier.html'),
  }),
)
