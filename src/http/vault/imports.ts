import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { readSetting } from '../../setting/setting.ts'
import { listFolders } from '../../vault/folders.ts'
import { importFiles, importOf } from '../../vault/importing.ts'
import { kindsOf } from '../../vault/kinds.ts'
import { findVaultEntry } from '../../vault/register.ts'
import { shown } from '../../verification/shown.ts'
import { instantAt, localTime } from '../../view/local-time.ts'
import { words } from '../../view/words.ts'
import { createsDocuments, opensVault, requireUser, userAct } from '../access.ts'
import { blankForm, type Form, formWith } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { fieldReasons } from '../form.ts'
import { line, lines, tick } from '../schemas.ts'
import { flash } from '../server.ts'
import { uploadForm } from '../uploads.ts'

const Facts = z.object({
  title: line(200).default(''),
  parties: lines(2_000).default(''),
  day: z.string().trim().default(''),
  kind: line(80).default(''),
  folder: z.string().max(40).default(''),
  keepsUnverified: tick,
})

/** PDFs that were signed elsewhere. */
export const vaultImports = createApp()
  .get('/vault/imports', opensVault, createsDocuments, async (c) =>
    c.html(await page(c, blankForm({ folder: c.req.query('folder') ?? '' }))),
  )
  .post('/vault/imports', opensVault, createsDocuments, async (c) => {
    const { house } = c.var
    const { fields, files } = await uploadForm(c)
    const values = Object.fromEntries([...fields].filter(([name]) => name !== 'csrf'))
    const read = Facts.safeParse(values)
    if (!read.success) {
      const errors = Object.entries(fieldReasons(read.error)).map(([name, reason]) => [
        name,
        refusalSentence(c.var.lang, { reason, params: {} }),
      ])
      return c.html(await page(c, { values, errors: Object.fromEntries(errors) as Record<string, string> }), 422)
    }
    const { day, folder, ...facts } = read.data
    try {
      const { timeZone } = await readSetting(house.db, 'installation')
      const noon = day ? instantAt({ day, time: '12:00' }, timeZone) : null
      if (day && (!noon || day > localTime(c.var.act.at, timeZone).day)) throw new Refusal('invalid', 'vault-import.date-invalid')
      // Today at noon may be still to come.
      const signedAt = noon && noon > c.var.act.at ? c.var.act.at : noon
      const chosen = files.filter(({ field, bytes }) => field === 'files' && bytes.size > 0)
      const ids = await importFiles(house, userAct(c), requireUser(c), chosen, { ...facts, signedAt, folderId: folder || null })
      house.wake()
      flash(c, 'good', words(c.var.lang).imports.done(ids.length))
      return c.redirect(ids.length === 1 ? `/vault/${ids[0]}` : folder ? `/vault?folder=${folder}` : '/vault?stage=imported', 303)
    } catch (error) {
      const form = formWith(c, { values, errors: {} }, error, {
        'vault-import.date-invalid': 'day',
        'vault-import': 'files',
        document: 'files',
        sandbox: 'files',
        folder: 'folder',
      })
      return c.html(await page(c, form), refusalStatus(error))
    }
  })
  .get('/vault/:id/import-report', opensVault, async (c) => {
    const { db } = c.var.house
    const { id, title } = await findVaultEntry(db, requireUser(c), c.req.param('id'))
    const imported = await importOf(db, id)
    if (!imported) throw new Refusal('not_found', 'vault.not-imported')
    return c.html(
      await c.var.render('vault/import-report', {
        entry: { id, title },
        shown: shown(imported.report, undefined),
        by: imported.importedByName,
        at: imported.importedAt,
      }),
    )
  })

async function page(c: Ctx, form: Form): Promise<string> {
  const { db } = c.var.house
  const folders = await listFolders(db, requireUser(c))
  return c.var.render('vault/imports', { folders, kinds: await kindsOf(db, requireUser(c)), form })
}
