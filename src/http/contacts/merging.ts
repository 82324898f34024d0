import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { type Contact, contactFor, type ContactDetails, DETAIL_NAMES, nameOfContact } from '../../contact/contacts.ts'
import { BOTH, type MergeChoices, mergeContacts, seenOf, undoMerge } from '../../contact/merging.ts'
import { LANGUAGE_NAMES, words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { form } from '../form.ts'
import { flash } from '../server.ts'

const choice = z.enum(['kept', 'other', 'both'], 'form.invalid').default('kept')
const Merging = z.object({
  other: z.string().max(60),
  seen: z.string().max(60),
  firstName: choice,
  lastName: choice,
  email: choice,
  phone: choice,
  company: choice,
  jobTitle: choice,
  language: choice,
  companyDetails: choice,
  comment: choice,
})
const Undoing = z.object({ merge: z.string().max(60) })

/** Two contacts side by side: `:id` stays, `with` is taken in. */
export const contactMerging = createApp()
  .get('/contacts/:id/merging', signedIn, async (c) => {
    const { db } = c.var.house
    const kept = await contactFor(db, requireUser(c), c.req.param('id'), 'edit')
    return c.html(await page(c, kept, await contactFor(db, requireUser(c), c.req.query('with') ?? '', 'delete')))
  })
  .post('/contacts/:id/merging', signedIn, form(Merging), async (c) => {
    const { db } = c.var.house
    const keptId = c.req.param('id')
    const { other: otherId, seen, ...choices } = c.req.valid('form')
    try {
      await mergeContacts(db, userAct(c), requireUser(c), { keptId, otherId, choices, seen })
    } catch (error) {
      const status = refusalStatus(error)
      if (!(error instanceof Refusal) || error.code === 'not_found' || error.code === 'forbidden') throw error
      const kept = await contactFor(db, requireUser(c), keptId, 'edit')
      const other = await contactFor(db, requireUser(c), otherId, 'delete')
      return c.html(await page(c, kept, other, { refused: refusalSentence(c.var.lang, error), choices }), status)
    }
    flash(c, 'good', words(c.var.lang).contacts.merging.done)
    return c.redirect(`/contacts/${keptId}`, 303)
  })
  .post('/contacts/:id/merging/reversal', signedIn, form(Undoing), async (c) => {
    const id = c.req.param('id')
    const isAsBefore = await undoMerge(c.var.house.db, userAct(c), requireUser(c), id, c.req.valid('form').merge)
    const w = words(c.var.lang).contacts.merging
    flash(c, 'good', isAsBefore ? w.undone : w.undoneAlone)
    return c.redirect(`/contacts/${id}`, 303)
  })

function page(
  c: Ctx,
  kept: Contact,
  other: Contact,
  { refused = null, choices = null }: { refused?: string | null; choices?: MergeChoices | null } = {},
): Promise<string> {
  const shown = (contact: Contact, name: keyof ContactDetails): string =>
    name === 'language' ? (contact.language ? LANGUAGE_NAMES[contact.language] : '') : (contact[name] ?? '')
  return c.var.render('contacts/merging', {
    kept: { id: kept.id, name: nameOfContact(kept) },
    other: { id: other.id, name: nameOfContact(other) },
    seen: seenOf(kept, other),
    refused,
    values: DETAIL_NAMES.map((name) => {
      const [ours, theirs] = [shown(kept, name), shown(other, name)]
      const mayBoth = BOTH.has(name) && ours !== '' && theirs !== '' && ours !== theirs
      // What one of them lacks is taken from the other.
      const usual = mayBoth ? 'both' : ours || !theirs ? 'kept' : 'other'
      return { name, kept: ours, other: theirs, isSame: ours === theirs, mayBoth, chosen: choices?.[name] ?? usual }
    }),
  })
}
