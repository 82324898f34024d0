import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { addDocuments, consentToRemoval, orderDocuments, removeDocument, renameDocument } from '../../envelope/documents.ts'
import { findDraft } from '../../envelope/drafting.ts'
import { sheaves, type UploadedFile } from '../../envelope/reading.ts'
import { fill, words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { blankForm } from '../answers.ts'
import { createApp, type Ctx, wantsJson } from '../env.ts'
import { refusalSentence, STATUS } from '../errors.ts'
import { form } from '../form.ts'
import { drawnLine } from '../schemas.ts'
import { flash } from '../server.ts'
import { uploadForm } from '../uploads.ts'
import { draftPage } from './draft-page.ts'

const Order = z.object({ ids: z.string().max(2_000) })
const Title = z.object({ title: drawnLine(200) })

const back = (c: Ctx, id: string): Response => c.redirect(`/envelopes/${id}/draft#documents`, 303)

async function uploadedFiles(c: Ctx): Promise<{ files: UploadedFile[]; password?: string }> {
  const { fields, files } = await uploadForm(c)
  const password = fields.get('password')
  return {
    files: files.filter(({ field, name, bytes }) => field === 'files' && (bytes.size > 0 || name !== '')),
    ...(password ? { password } : {}),
  }
}

/** Without the script all files come at once: each that can be read is added, and the others are told by name and reason. */
async function addEach(c: Ctx, id: string, { files, ...rest }: Awaited<ReturnType<typeof uploadedFiles>>): Promise<Refusal[]> {
  const refusals: Refusal[] = []
  for (const sheaf of files.length ? await sheaves(files) : [[]])
    try {
      await addDocuments(c.var.house, userAct(c), requireUser(c), id, { files: sheaf, ...rest })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusals.push(error)
    }
  return refusals
}

/** A change to the documents: the page again, or the new version for a page that stays. */
async function changed(c: Ctx, id: string): Promise<Response> {
  if (!wantsJson(c)) return back(c, id)
  const { version } = await findDraft(c.var.house.db, requireUser(c), id)
  return c.json({ ok: true, version })
}

export const envelopeDocuments = createApp()
  .post('/envelopes/:id/documents', signedIn, async (c) => {
    const id = c.req.param('id')
    const draft = await findDraft(c.var.house.db, requireUser(c), id)
    const upload = await uploadedFiles(c)
    if (wantsJson(c)) {
      await addDocuments(c.var.house, userAct(c), requireUser(c), id, upload)
      return changed(c, id)
    }
    const refusals = await addEach(c, id, upload)
    if (!refusals.length) return back(c, id)
    const sentences = refusals.map((refusal) => refusalSentence(c.var.lang, refusal)).join(' ')
    const form = { ...blankForm(), errors: { files: sentences } }
    if (!upload.files.length || refusals.length === (await sheaves(upload.files)).length)
      return c.html(await draftPage(c, draft, { upload: form }), STATUS[refusals[0]!.code])
    // Some are in: an answer that a browser may send again would put them in twice.
    flash(c, 'stop', sentences)
    return back(c, id)
  })
  .post('/envelopes/:id/documents/order', signedIn, form(Order), async (c) => {
    const id = c.req.param('id')
    await orderDocuments(c.var.house.db, userAct(c), requireUser(c), id, c.req.valid('form').ids.split(/[\s,]+/))
    return changed(c, id)
  })
  .post('/envelopes/:id/documents/:document/title', signedIn, form(Title), async (c) => {
    const { id, document } = c.req.param()
    await renameDocument(c.var.house.db, userAct(c), requireUser(c), id, document, c.req.valid('form').title)
    return changed(c, id)
  })
  .post('/envelopes/:id/documents/:document/consent', signedIn, async (c) => {
    const { id, document } = c.req.param()
    await consentToRemoval(c.var.house.db, userAct(c), requireUser(c), id, document)
    return changed(c, id)
  })
  .post('/envelopes/:id/documents/:document/removal', signedIn, form(Title.partial()), async (c) => {
    const { id, document } = c.req.param()
    await removeDocument(c.var.house.db, userAct(c), requireUser(c), id, document)
    flash(c, 'good', fill(words(c.var.lang).documents.draft.documents.removed, { title: c.req.valid('form').title ?? '' }))
    return changed(c, id)
  })
