import { z } from 'zod'
import { ENCODINGS, decoded } from '../../base/text-decoding.ts'
import { SEPARATORS } from '../../base/csv-reading.ts'
import { PHONE_COUNTRIES } from '../../base/phone-number.ts'
import { Refusal } from '../../base/refusal.ts'
import { columnsOf, type ImportChoices, KNOWN_ACTS, MOST_BYTES, samplesOf } from '../../contact/import-plan.ts'
import {
  acceptImport,
  changeChoices,
  type ContactImport,
  discardImport,
  findImport,
  lastImport,
  planOf,
  startImport,
  undoImport,
} from '../../contact/importing.ts'
import { isColumnKind } from '../../contact/reading/columns.ts'
import { fontSet } from '../../sandbox/fonts.ts'
import { defaultLegalEntity } from '../../setting/legal-entity.ts'
import { words } from '../../view/words.ts'
import { requireUser, exchangesContacts, userAct } from '../access.ts'
import { blankForm, type Form, formWith } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { form } from '../form.ts'
import { tick } from '../schemas.ts'
import { flash } from '../server.ts'

const Choices = z.object({
  encoding: z.enum(ENCODINGS, 'form.invalid'),
  separator: z.enum(SEPARATORS, 'form.invalid').default(','),
  hasHeadings: tick,
  country: z.enum(PHONE_COUNTRIES as [string, ...string[]], 'form.invalid'),
  known: z.enum(KNOWN_ACTS, 'form.invalid'),
})
const Acceptance = z.object({ seen: z.string().max(64), leavesOut: tick })

const SHOWN = 20
const MOST_SHOWN_MISTAKES = 100

export const contactImports = createApp()
  .get('/contacts/imports/new', exchangesContacts, async (c) => c.html(await startPage(c, blankForm())))
  .post('/contacts/imports', exchangesContacts, async (c) => {
    const file = (await c.req.parseBody())['file']
    try {
      if (!(file instanceof File) || !file.name) throw new Refusal('invalid', 'import.file-missing')
      if (file.size > MOST_BYTES) throw new Refusal('too_large', 'import.too-large', { megabytes: MOST_BYTES / 1_000_000 })
      const content = new Uint8Array(await file.arrayBuffer())
      const { id } = await startImport(c.var.house.db, userAct(c), { name: file.name, content }, await usualCountry(c))
      return c.redirect(`/contacts/imports/${id}`, 303)
    } catch (error) {
      return c.html(
        await startPage(c, formWith(c, blankForm(), error, { import: 'file', csv: 'file', vcard: 'file' })),
        refusalStatus(error),
      )
    }
  })
  .get('/contacts/imports/:id', exchangesContacts, async (c) => {
    const found = await findImport(c.var.house.db, requireUser(c), c.req.param('id'))
    if (found.importedAt) return c.redirect('/contacts/imports/new', 303)
    return c.html(await previewPage(c, found))
  })
  .post('/contacts/imports/:id', exchangesContacts, form(Choices), async (c) => {
    const found = await findImport(c.var.house.db, requireUser(c), c.req.param('id'))
    await changeChoices(c.var.house.db, requireUser(c), found.id, await chosen(c, found, c.req.valid('form')))
    return c.redirect(`/contacts/imports/${found.id}`, 303)
  })
  .post('/contacts/imports/:id/acceptance', exchangesContacts, form(Acceptance), async (c) => {
    const { db } = c.var.house
    const id = c.req.param('id')
    try {
      const { added, updated } = await acceptImport(db, userAct(c), requireUser(c), id, c.req.valid('form'), { undrawable })
      flash(c, 'good', words(c.var.lang).contacts.import.done(added, updated))
      return c.redirect('/contacts?sort=recent', 303)
    } catch (error) {
      const status = refusalStatus(error)
      if (!(error instanceof Refusal) || error.code === 'not_found' || error.reason === 'import.done') throw error
      const found = await findImport(db, requireUser(c), id)
      return c.html(await previewPage(c, found, refusalSentence(c.var.lang, error)), status)
    }
  })
  .post('/contacts/imports/:id/removal', exchangesContacts, async (c) => {
    await discardImport(c.var.house.db, requireUser(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).contacts.import.discarded)
    return c.redirect('/contacts', 303)
  })
  .post('/contacts/imports/:id/reversal', exchangesContacts, async (c) => {
    const { removed, restored, kept } = await undoImport(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
    flash(c, 'good', words(c.var.lang).contacts.import.undone(removed + restored, kept))
    return c.redirect('/contacts', 303)
  })

const startPage = async (c: Ctx, shown: Form): Promise<string> =>
  c.var.render('contacts/imports/new', { form: shown, last: await lastImport(c.var.house.db, requireUser(c), c.var.act.at) })

async function previewPage(c: Ctx, found: ContactImport, refused: string | null = null): Promise<string> {
  const { choices } = found
  const shared = {
    id: found.id,
    fileName: found.fileName,
    format: found.format,
    choices,
    countries: PHONE_COUNTRIES,
    encodings: ENCODINGS,
    separators: SEPARATORS,
    knownActs: KNOWN_ACTS,
  }
  try {
    const plan = await planOf(c.var.house.db, requireUser(c), found, { undrawable })
    const wrong = plan.lines.filter(({ does }) => does === 'mistake')
    return await c.var.render('contacts/imports/show', {
      ...shared,
      refused,
      columns: found.format === 'csv' && found.content ? samplesOf(found.content, choices) : [],
      counts: plan.counts,
      digest: plan.digest,
      lines: plan.lines.slice(0, SHOWN).map(({ line, does, details, known }) => ({ line, does, details, known: known?.name ?? null })),
      mistakes: wrong.slice(0, MOST_SHOWN_MISTAKES).map(({ line, mistakes }) => ({
        line,
        sentences: mistakes.map((mistake) => refusalSentence(c.var.lang, mistake)),
      })),
      moreMistakes: Math.max(0, wrong.length - MOST_SHOWN_MISTAKES),
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // Read like this the file is none: the choices can be put right.
    return c.var.render('contacts/imports/show', {
      ...shared,
      refused: refusalSentence(c.var.lang, error),
      columns: [],
      counts: { add: 0, update: 0, skip: 0, mistake: 0 },
      digest: '',
      lines: [],
      mistakes: [],
      moreMistakes: 0,
    })
  }
}

/** Read with another separator or as other characters, the columns are others: they are guessed anew. */
async function chosen(c: Ctx, found: ContactImport, answers: z.output<typeof Choices>): Promise<ImportChoices> {
  const { choices, format, content } = found
  if (format === 'vcard' || !content) return { ...choices, ...answers, columns: [] }
  if (answers.separator !== choices.separator || answers.encoding !== choices.encoding)
    return { ...answers, ...columnsOf(decoded(content, answers.encoding), answers.separator) }
  const body = await c.req.parseBody()
  const columns = choices.columns.map((_, at) => {
    const kind = body[`column-${at}`]
    return typeof kind === 'string' && isColumnKind(kind) ? kind : null
  })
  return { ...answers, columns }
}

/** Of the company, where its numbers are known here. */
async function usualCountry(c: Ctx): Promise<string> {
  const country = (await defaultLegalEntity(c.var.house.db))?.country ?? ''
  return PHONE_COUNTRIES.includes(country) ? country : 'FR'
}

const drawable = new Map<string, boolean>()

/** Asked for each character once: a file has many lines, and few characters. */
function undrawable(text: string): string[] {
  const strange: string[] = []
  for (const letter of new Set(text)) {
    let isDrawable = drawable.get(letter)
    if (isDrawable === undefined) drawable.set(letter, (isDrawable = !fontSet().undrawable('text', letter).length))
    if (!isDrawable) strange.push(letter)
  }
  return strange
}
