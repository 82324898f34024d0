import { EXPORTS, exportContacts, type ExportFormat } from '../../contact/exporting.ts'
import { Refusal } from '../../base/refusal.ts'
import { words } from '../../view/words.ts'
import { requireUser, exchangesContacts, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { freshProofForFile } from '../step-up.ts'

const TYPES: Readonly<Record<ExportFormat, readonly [type: string, ending: string]>> = {
  csv: ['text/csv; charset=utf-8', 'csv'],
  vcard: ['text/vcard; charset=utf-8', 'vcf'],
}
const isFormat = (text: string): text is ExportFormat => (EXPORTS as readonly string[]).includes(text)

export const contactExports = createApp().get('/contacts/exports/:format', exchangesContacts, freshProofForFile, async (c) => {
  const format = c.req.param('format')
  if (!isFormat(format)) throw new Refusal('not_found', 'page.not-found')
  const w = words(c.var.lang).contacts
  const text = await exportContacts(c.var.house.db, userAct(c), requireUser(c), format, w.import.kinds)
  const [type, ending] = TYPES[format]
  return c.body(text, 200, {
    'content-type': type,
    'content-disposition': `attachment; filename="${w.exchange.file}-${c.var.act.at.slice(0, 10)}.${ending}"`,
    'cache-control': 'no-store',
  })
})
