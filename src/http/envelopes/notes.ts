import { z } from 'zod'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { addNote, LONGEST_NOTE } from '../../envelope/notes.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { form } from '../form.ts'
import { linesNeeded } from '../schemas.ts'
import { flash } from '../server.ts'

export const envelopeNotes = createApp().post(
  '/envelopes/:id/notes',
  signedIn,
  form(z.object({ text: linesNeeded('note.missing', LONGEST_NOTE) })),
  async (c) => {
    const { db } = c.var.house
    const envelope = await findEnvelopeFor(db, requireUser(c), c.req.param('id'), 'edit')
    await addNote(db, userAct(c), envelope.id, c.req.valid('form').text)
    flash(c, 'good', words(c.var.lang).board.notes.added)
    return c.redirect(`/envelopes/${envelope.id}#timeline`, 303)
  },
)
