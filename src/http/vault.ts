import { attachedBy } from '../envelope/attachments.ts'
import { viewInVault } from '../vault/download.ts'
import { listFolders, mayAddFolder } from '../vault/folders.ts'
import { historyOf } from '../vault/history.ts'
import { kindsOf } from '../vault/kinds.ts'
import { mayHold, standingHold } from '../vault/legal-hold.ts'
import { importOf } from '../vault/importing.ts'
import { mayDescribe } from '../vault/describing.ts'
import { keepingOf } from '../vault/retention.ts'
import { placesOf, searchVault, seenRow } from '../vault/register.ts'
import { recordSearch } from '../vault/reading.ts'
import { standingOf } from '../vault/standing.ts'
import { opensVault, requireUser } from './access.ts'
import { createApp } from './env.ts'
import { cursorText, queryOf, readCursor, VaultAddress } from './vault/query.ts'

export const vault = createApp()
  .get('/vault', opensVault, async (c) => {
    const { db } = c.var.house
    const address = VaultAddress.parse(c.req.query())
    const after = readCursor(c.req.query('after'))
    const query = await queryOf(c, address)
    if (!after) await recordSearch(db, c.var.act, query)
    const { entries, next, isUnsorted } = await searchVault(db, requireUser(c), query, { after })
    const kinds = await kindsOf(db, requireUser(c))
    const folders = await listFolders(db, requireUser(c))
    const folder = folders.find(({ id }) => id === address.folder) ?? null
    const canAddFolder = folder ? folder.canEdit : await mayAddFolder(db, requireUser(c), null)
    return c.html(
      await c.var.render('vault/index', {
        entries,
        query: address,
        kinds,
        folders,
        folder,
        canAddFolder,
        isFirst: !after,
        isUnsorted,
        next: cursorText(next),
      }),
    )
  })
  .get('/vault/:id', opensVault, async (c) => {
    const { db } = c.var.house
    const entry = await viewInVault(db, c.var.act, requireUser(c), c.req.param('id'))
    const standing = await standingOf(db, requireUser(c), entry)
    const hold = { standing: await standingHold(db, entry.id), mayHold: await mayHold(db, requireUser(c), entry.id) }
    const timeline = await historyOf(db, c.var.lang, entry.id)
    const attachments = await attachedBy(db, entry.id)
    const search = (c.req.query('search') ?? '').slice(0, 200)
    const places = search ? await placesOf(db, entry, search) : []
    const row = await seenRow(db, requireUser(c), entry.id)
    const keeping = await keepingOf(db, row.seq)
    const canDescribe = await mayDescribe(db, requireUser(c), entry.id)
    return c.html(
      await c.var.render('vault/show', {
        entry,
        row,
        keeping,
        canDescribe,
        imported: await importOf(db, entry.id),
        standing,
        hold,
        attachments,
        timeline,
        search,
        places,
      }),
    )
  })
