import { takeAttachment } from '../../envelope/attachments.ts'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { opensVault, requireUser, signedIn } from '../access.ts'
import { createApp } from '../env.ts'
import { storedFile } from '../stored-file.ts'

/** What recipients attached, for whoever may see the envelope, or find it in the vault. A stranger made it: it is only ever saved. */
export const envelopeAttachments = createApp()
  .get('/envelopes/:id/attachments/:attachment', signedIn, async (c) => {
    const { db } = c.var.house
    const { id } = await findEnvelopeFor(db, requireUser(c), c.req.param('id'))
    const { objectDigest, fileName } = await takeAttachment(db, c.var.act, id, c.req.param('attachment'))
    return storedFile(db, objectDigest, fileName, 'application/octet-stream')
  })
  .get('/vault/:id/attachments/:attachment', opensVault, async (c) => {
    const { db } = c.var.house
    const { id } = await findVaultEntry(db, requireUser(c), c.req.param('id'))
    const { objectDigest, fileName } = await takeAttachment(db, c.var.act, id, c.req.param('attachment'))
    return storedFile(db, objectDigest, fileName, 'application/octet-stream')
  })
