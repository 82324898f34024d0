import { findContact } from '../../contact/contacts.ts'
import { addKnownPerson } from '../../envelope/choosing.ts'
import { openEmptyDraft } from '../../envelope/drafting.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp } from '../env.ts'

/** A draft in which the contact stands already. */
export const contactEnvelopes = createApp().post('/contacts/:id/envelopes', signedIn, async (c) => {
  const { db } = c.var.house
  const contact = await findContact(db, requireUser(c), c.req.param('id'))
  const { id } = await openEmptyDraft(db, userAct(c), requireUser(c), c.var.lang)
  await addKnownPerson(db, userAct(c), requireUser(c), id, contact.id)
  return c.redirect(`/envelopes/${id}/draft`, 303)
})
