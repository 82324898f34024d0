import { packEvidence } from '../../vault/evidence/package.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { opensVault, requireUser } from '../access.ts'
import { createApp } from '../env.ts'
import { streamedFile } from '../stored-file.ts'
import { freshProofForFile } from '../step-up.ts'

/** By the same right as the document itself; recorded. */
export const vaultEvidence = createApp().get('/vault/:id/evidence.zip', opensVault, freshProofForFile, async (c) => {
  const { house, act } = c.var
  const { id } = await findVaultEntry(house.db, requireUser(c), c.req.param('id'))
  const { fileName, size, stream } = await packEvidence(house, act, id)
  return streamedFile(stream(), size, fileName, 'application/zip')
})
