import { base64 } from '../base/bytes.ts'
import { readDocumentId } from '../base/document-id.ts'
import { Refusal } from '../base/refusal.ts'
import type { PagePair } from '../image/compare.ts'
import { comparisonOf } from '../verification/comparison.ts'
import { newestLists } from '../verification/lists.ts'
import { registerEntryFor } from '../verification/register.ts'
import { grouped, shown } from '../verification/shown.ts'
import { trustOf, verifyUploaded } from '../verification/uploaded.ts'
import { blankForm, type Form, formWith } from './answers.ts'
import { createApp, type Ctx, wantsJson } from './env.ts'
import { refusalStatus } from './errors.ts'
import { spooledFile } from './uploads.ts'
import type { ShownPair } from './views.ts'
import { count } from '../log/counts.ts'
import { toldVerdict } from './verify/told.ts'

/** For anybody: neither signed in nor known. Nothing is stored and nothing is fetched. */
export const verify = createApp()
  .get('/verify', async (c) => {
    const typed = c.req.query('id')
    if (typed === undefined) return c.html(await start(c, blankForm()))
    const documentId = readDocumentId(typed)
    if (documentId) return c.redirect(`/verify/${documentId}`, 303)
    const form = formWith(c, blankForm({ id: typed }), new Refusal('not_found', 'verification.unknown-id'), {
      'verification.unknown-id': 'id',
    })
    return c.html(await start(c, form), 404)
  })
  .post('/verify', async (c) => {
    const { house, act } = c.var
    const file = await spooledFile(c, 'file')
    try {
      if (!file) throw new Refusal('invalid', 'verification.file-missing')
      const verification = await verifyUploaded(house, file, act.at)
      const { report, register, listed } = verification
      count({ name: 'verification', kind: 'upload', what: report.answer })
      if (wantsJson(c)) return c.json({ report, register, listed })
      const comparison = await comparisonOf(house.config, file, report)
      return c.html(
        await c.var.render('verify/report', {
          shown: shown(report, register, listed),
          told: toldVerdict(c, verification),
          comparison: comparison && { ...comparison, pairs: comparison.pairs.map(shownPair) },
        }),
      )
    } catch (error) {
      if (wantsJson(c)) throw error
      return startAgain(c, error)
    }
  })
  .get('/verify/:documentId', async (c) => {
    const documentId = readDocumentId(c.req.param('documentId'))
    const entry = documentId && (await registerEntryFor(c.var.house.db, documentId))
    if (wantsJson(c)) {
      if (!entry) throw new Refusal('not_found', 'verification.unknown-id')
      const { found: _, ...public_ } = entry
      return c.json(public_)
    }
    if (!entry) return c.html(await c.var.render('verify/document', { entry: null, groups: '' }), 404)
    return c.html(await c.var.render('verify/document', { entry, groups: entry.digest ? grouped(entry.digest) : '' }))
  })

/** Pictures in the page itself: nothing of a visitor's file has an address here. */
const shownPair = ({ page, before, after }: PagePair): ShownPair => ({
  number: page + 1,
  before: pictureOf(before),
  after: pictureOf(after),
})
const pictureOf = (image: PagePair['before']): ShownPair['before'] =>
  image && { url: `data:${image.type};base64,${base64(image.bytes)}`, width: image.width, height: image.height }

const start = async (c: Ctx, form: Form): Promise<string> => c.var.render('verify/index', { form, ...(await trustInPage(c)) })

async function trustInPage(c: Ctx): Promise<{ roots: string[]; otherRoots: string[]; timeStampRoots: string[]; lists: string }> {
  const { db } = c.var.house
  const { roots, otherRoots, timeStampRoots } = await trustOf(db)
  const lists = (await newestLists(db)).map(({ issuer, der }) => ({ issuer, der: base64(der) }))
  return {
    lists: JSON.stringify(lists),
    roots: roots.map(base64),
    otherRoots: otherRoots.map(base64),
    timeStampRoots: timeStampRoots.map(base64),
  }
}

/** What was refused about a file stands beside it. */
export async function startAgain(c: Ctx, error: unknown): Promise<Response> {
  const form = formWith(c, blankForm(), error, { 'verification.file-missing': 'file', document: 'file', sandbox: 'file' })
  return c.html(await start(c, form), refusalStatus(error))
}
