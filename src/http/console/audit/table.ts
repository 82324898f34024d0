import { everyEntry } from '../../../audit/search.ts'
import { sentence } from '../../../audit/sentence.ts'
import { append } from '../../../audit/trail.ts'
import { utf8 } from '../../../base/bytes.ts'
import { CSV_START, csvLine } from '../../../base/csv.ts'
import { readSetting } from '../../../setting/setting.ts'
import { namesOf, titlesOf, tokenNamesOf } from '../../../upkeep/names.ts'
import { words } from '../../../view/words.ts'
import { readsAudit } from '../../access.ts'
import { createApp, type Ctx } from '../../env.ts'
import { contentDisposition } from '../../stored-file.ts'
import { streamed } from '../../streamed.ts'
import { AuditQuery, nameOf, searchOf } from '../audit.ts'
import { freshProofForFile } from '../../step-up.ts'

/** What the page shows, all of it, for a spreadsheet. That it was taken out is an entry itself. */
export const consoleAuditTable = createApp().post('/console/audit/table', readsAudit, freshProofForFile, async (c) => {
  const { db } = c.var.house
  const query = AuditQuery.parse(await c.req.parseBody())
  const { timeZone } = await readSetting(db, 'installation')
  const filters = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, name === 'person' ? Boolean(value) : value || null]),
  )
  await db.transaction().execute((tx) => append(tx, c.var.act, { type: 'audit.exported', detail: { form: 'table', ...filters } }))
  const lines = linesOf(c, query, timeZone)
  return c.body(streamed(lines), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': contentDisposition('attachment', `audit ${c.var.act.at.slice(0, 10)}.csv`),
  })
})

async function* linesOf(c: Ctx, query: AuditQuery, timeZone: string): AsyncGenerator<Uint8Array> {
  const { db } = c.var.house
  const { columns } = words(c.var.lang).console.audit
  yield utf8(CSV_START + csvLine(Object.values(columns)))
  for await (const entries of everyEntry(db, searchOf(query, timeZone))) {
    const names = await namesOf(
      db,
      entries.map(({ actor }) => actor),
    )
    const tokens = await tokenNamesOf(
      db,
      entries.map(({ actor }) => actor),
    )
    const titles = await titlesOf(
      db,
      entries.map(({ envelopeId }) => envelopeId),
    )
    const text = entries
      .map(({ seq, at, type, actor, detail, envelopeId, clear }) =>
        csvLine([
          seq,
          at,
          nameOf(c, names, actor, tokens),
          'id' in actor ? actor.id : null,
          type,
          sentence(c.var.lang, { type, detail, clear }),
          envelopeId,
          (envelopeId && titles.get(envelopeId)) ?? null,
          clear['ip'] ?? null,
          clear['userAgent'] ?? null,
        ]),
      )
      .join('')
    yield utf8(text)
  }
}
