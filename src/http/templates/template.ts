import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import {
  findEditable,
  archiveTemplate,
  changeTemplate,
  duplicateTemplate,
  findTemplateFor,
  templateFromEnvelope,
} from '../../template/templates.ts'
import { draftFromTemplate } from '../../template/using.ts'
import { findVersion, publishTemplate, restoreVersion } from '../../template/versions.ts'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { listFolders } from '../../template/folders.ts'
import { fill, words } from '../../view/words.ts'
import { editsTemplates, requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { refusedPage } from '../envelopes/draft-page.ts'
import { form } from '../form.ts'
import { line, lines, tick, wholeNumber } from '../schemas.ts'
import { flash } from '../server.ts'
import { TemplateName } from '../templates.ts'
import { templatePage } from './show.ts'

const Details = TemplateName.extend({ description: lines(500).default(''), isPublic: tick })
const Publication = z.object({ version: wholeNumber(1, 1_000_000_000), note: line(300).default('') })

const numberOf = (c: Ctx): number => {
  const text = c.req.param('number') ?? ''
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal('not_found', 'template.version-unknown')
  return Number(text)
}

const savePage = async (c: Ctx, envelopeId: string, form: Form): Promise<string> => {
  const { id, title } = await findEnvelopeFor(c.var.house.db, requireUser(c), envelopeId)
  return c.var.render('templates/new', { form, folders: await listFolders(c.var.house.db), source: { id, title } })
}

export const templateAspects = createApp()
  .get('/templates/:id', signedIn, async (c) => c.html(await templatePage(c, c.req.param('id'))))
  .post('/templates/:id/details', signedIn, async (c) => {
    const { id } = await findEditable(c.var.house.db, requireUser(c), c.req.param('id'))
    const answers = await readAnswers(c, Details)
    if (!answers.ok) return c.html(await templatePage(c, id, { form: answers.form }), 422)
    try {
      await changeTemplate(c.var.house.db, userAct(c), requireUser(c), id, answers.value)
    } catch (error) {
      const told = formWith(c, answers.form, error, { 'template.folder-unknown': 'folderId' })
      return c.html(await templatePage(c, id, { form: told }), refusalStatus(error))
    }
    flash(c, 'good', words(c.var.lang).templates.show.saved)
    return c.redirect(`/templates/${id}`, 303)
  })
  .post('/templates/:id/uses', signedIn, async (c) => {
    const { db } = c.var.house
    const user = requireUser(c)
    const { id } = await draftFromTemplate(db, userAct(c), user, c.req.param('id'))
    const { name } = await findTemplateFor(db, user, c.req.param('id'), 'use')
    flash(c, 'good', fill(words(c.var.lang).templates.used, { name }))
    return c.redirect(`/envelopes/${id}/draft`, 303)
  })
  .post('/templates/:id/copies', signedIn, async (c) => {
    const { db } = c.var.house
    const user = requireUser(c)
    const { name } = await findTemplateFor(db, user, c.req.param('id'), 'use')
    const w = words(c.var.lang).templates.show
    const copy = await duplicateTemplate(db, userAct(c), user, c.req.param('id'), fill(w.copyOf, { name }).slice(0, 120))
    flash(c, 'good', w.duplicated)
    return c.redirect(`/templates/${copy.id}`, 303)
  })
  .post('/templates/:id/archive', signedIn, (c) => archive(c, c.req.param('id'), true))
  .post('/templates/:id/archive/removal', signedIn, (c) => archive(c, c.req.param('id'), false))
  .post('/templates/:id/versions', signedIn, form(Publication), async (c) => {
    const id = c.req.param('id')
    const user = requireUser(c)
    try {
      const { number } = await publishTemplate(c.var.house, userAct(c), user, id, c.req.valid('form'))
      flash(c, 'good', fill(words(c.var.lang).templates.draft.published, { number }))
    } catch (error) {
      const { designId } = await findEditable(c.var.house.db, user, id)
      return refusedPage(c, designId, error)
    }
    return c.redirect(`/templates/${id}`, 303)
  })
  .get('/templates/:id/versions/:number', signedIn, async (c) => {
    const id = c.req.param('id')
    await findTemplateFor(c.var.house.db, requireUser(c), id, 'use')
    const { number } = await findVersion(c.var.house.db, id, numberOf(c))
    return c.html(await templatePage(c, id, { number }))
  })
  .post('/templates/:id/versions/:number/restoration', signedIn, async (c) => {
    const id = c.req.param('id')
    const from = numberOf(c)
    const w = words(c.var.lang).templates.show
    const { number } = await restoreVersion(c.var.house.db, userAct(c), requireUser(c), id, from, fill(w.restoredNote, { from }))
    flash(c, 'good', fill(w.restored, { number, from }))
    return c.redirect(`/templates/${id}`, 303)
  })
  .get('/envelopes/:id/templates', editsTemplates, async (c) => {
    const { title } = await findEnvelopeFor(c.var.house.db, requireUser(c), c.req.param('id'))
    return c.html(await savePage(c, c.req.param('id'), blankForm({ name: title.slice(0, 120) })))
  })
  .post('/envelopes/:id/templates', editsTemplates, async (c) => {
    const id = c.req.param('id')
    const answers = await readAnswers(c, TemplateName)
    if (!answers.ok) return c.html(await savePage(c, id, answers.form), 422)
    const { saveAs } = words(c.var.lang).templates
    try {
      const template = await templateFromEnvelope(c.var.house.db, userAct(c), requireUser(c), id, answers.value, (role, number) =>
        saveAs.roles[role](number),
      )
      flash(c, 'good', fill(saveAs.done, { name: template.name }))
      return c.redirect(`/envelopes/${template.designId}/draft`, 303)
    } catch (error) {
      const told = formWith(c, answers.form, error, { 'template.folder-unknown': 'folderId' })
      return c.html(await savePage(c, id, told), refusalStatus(error))
    }
  })

async function archive(c: Ctx, id: string, isArchived: boolean): Promise<Response> {
  await archiveTemplate(c.var.house.db, userAct(c), requireUser(c), id, isArchived)
  const w = words(c.var.lang).templates.show
  flash(c, 'good', isArchived ? w.archivedDone : w.unarchived)
  return c.redirect(`/templates/${id}`, 303)
}
