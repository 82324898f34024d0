import { z } from 'zod'
import { fullName } from '../../access/roles.ts'
import { findUser } from '../../access/users.ts'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { appoint } from '../../envelope/responsible.ts'
import { fill, words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { form } from '../form.ts'
import { flash } from '../server.ts'

export const envelopeResponsible = createApp().post(
  '/envelopes/:id/responsible',
  signedIn,
  form(z.object({ user: z.string().max(60) })),
  async (c) => {
    const { db } = c.var.house
    const reader = requireUser(c)
    const envelope = await findEnvelopeFor(db, reader, c.req.param('id'), 'edit')
    const { user } = c.req.valid('form')
    await appoint(db, userAct(c), envelope.id, user)
    flash(c, 'good', fill(words(c.var.lang).board.responsible.changed, { name: fullName(await findUser(db, user)) }))
    // Whoever has given it away sees it no more, unless they sent it.
    const isStillSeen = await findEnvelopeFor(db, reader, envelope.id).then(
      () => true,
      () => false,
    )
    return c.redirect(isStillSeen ? `/envelopes/${envelope.id}` : '/envelopes?group=all', 303)
  },
)
