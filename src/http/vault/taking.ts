import { listFolders } from '../../vault/folders.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { recordPrint, takeArchive, takeTable, everyPage, MOST_PRINTED, type TableWords } from '../../vault/taking.ts'
import { words } from '../../view/words.ts'
import { opensVault, requireUser } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { contentDisposition, streamedFile } from '../stored-file.ts'
import { streamed } from '../streamed.ts'
import { pickedIn, queryOf, VaultAddress } from './query.ts'
import { freshProofForFile } from '../step-up.ts'

/** What leaves the vault many at a time: as files, as a table, on paper. */
export const vaultTaking = createApp()
  .post('/vault/archive', opensVault, freshProofForFile, async (c) => {
    const body = await c.req.parseBody({ all: true })
    const picked = body['all'] === '1' ? { query: await queryOf(c, VaultAddress.parse(body)) } : { ids: pickedIn(body) }
    const { size, stream } = await takeArchive(c.var.house.db, c.var.act, requireUser(c), picked, await tableWords(c))
    return streamedFile(stream(), size, `vault ${c.var.act.at.slice(0, 10)}.zip`, 'application/zip')
  })
  .post('/vault/table', opensVault, freshProofForFile, async (c) => {
    const query = await queryOf(c, VaultAddress.parse(await c.req.parseBody()))
    const rows = await takeTable(c.var.house.db, c.var.act, requireUser(c), query, await tableWords(c))
    return c.body(streamed(rows), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': contentDisposition('attachment', `vault ${c.var.act.at.slice(0, 10)}.csv`),
    })
  })
  .get('/vault/print', opensVault, async (c) => {
    const { db } = c.var.house
    const address = VaultAddress.parse(c.req.query())
    const query = await queryOf(c, address)
    const entries = []
    for await (const page of everyPage(db, requireUser(c), query, MOST_PRINTED + 1)) entries.push(...page)
    await recordPrint(db, c.var.act, null, entries.length)
    const paths = new Map((await listFolders(db, requireUser(c))).map(({ id, path }) => [id, path]))
    return c.html(
      await c.var.render('vault/print', {
        entries: entries
          .slice(0, MOST_PRINTED)
          .map((entry) => ({ ...entry, folder: (entry.folderId && paths.get(entry.folderId)) ?? null })),
        isCut: entries.length > MOST_PRINTED,
        query: address,
      }),
    )
  })
  .get('/vault/:id/print', opensVault, async (c) => {
    const { db } = c.var.house
    const entry = await findVaultEntry(db, requireUser(c), c.req.param('id'))
    await recordPrint(db, c.var.act, entry.id, entry.documents.length)
    return c.html(await c.var.render('vault/print-document', { entry }))
  })

async function tableWords(c: Ctx): Promise<TableWords> {
  const { register } = words(c.var.lang)
  const { columns, origins, yes } = register.table
  const paths = new Map((await listFolders(c.var.house.db, requireUser(c))).map(({ id, path }) => [id, path]))
  return { columns, origins, yes, stages: register.stages, folder: (id) => paths.get(id) ?? '' }
}
