import { latestCheckpoint } from '../../../audit/checkpoint.ts'
import { keyFingerprint } from '../../../audit/exporting.ts'
import { archiveLog } from '../../../upkeep/log-archive.ts'
import { readsAudit, userAct } from '../../access.ts'
import { createApp, type Ctx } from '../../env.ts'
import { contentDisposition } from '../../stored-file.ts'
import { streamed } from '../../streamed.ts'
import { freshProof, freshProofForFile } from '../../step-up.ts'

async function page(c: Ctx): Promise<string> {
  const { db } = c.var.house
  const newest = await latestCheckpoint(db)
  return c.var.render('console/audit/export', { newest, key: await keyFingerprint(db) })
}

export const consoleAuditExport = createApp()
  .get('/console/audit/export', readsAudit, freshProof, async (c) => c.html(await page(c)))
  .get('/console/audit/export/checkpoint.txt', readsAudit, async (c) => {
    const newest = await latestCheckpoint(c.var.house.db)
    return c.body(newest?.note ?? '', newest ? 200 : 404, {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': contentDisposition('attachment', `checkpoint ${newest?.size ?? 0}.txt`),
    })
  })
  .post('/console/audit/export', readsAudit, freshProofForFile, async (c) => {
    const { house } = c.var
    const { size, pieces } = await archiveLog(house, userAct(c))
    return c.body(streamed(pieces), 200, {
      'content-type': 'application/x-tar',
      'content-length': String(size),
      'content-disposition': contentDisposition('attachment', `audit-log ${c.var.act.at.slice(0, 10)}.tar`),
    })
  })
