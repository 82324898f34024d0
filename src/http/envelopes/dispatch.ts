import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { dispatch } from '../../envelope/dispatch.ts'
import { findDraft } from '../../envelope/drafting.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { saveDetails } from './draft.ts'
import { draftPage, refusedPage } from './draft-page.ts'
import { wholeNumber } from '../schemas.ts'

const Version = z.object({ version: wholeNumber(1, 1_000_000_000) })

export const envelopeDispatch = createApp()
  // The form brings its details along, so that what was typed last is sent too; what anybody else changed since stops it.
  .post('/envelopes/:id/dispatch', signedIn, async (c) => {
    const { db } = c.var.house
    const id = c.req.param('id')
    const draft = await findDraft(db, requireUser(c), id)
    const seen = Version.safeParse(await c.req.parseBody())
    try {
      if (!seen.success || seen.data.version !== draft.version) throw new Refusal('conflict', 'envelope.moved-on')
      const saved = await saveDetails(c, draft)
      if (!saved.ok) return c.html(await draftPage(c, draft, { details: saved.form, refused: saved.sentence }), 422)
      await dispatch(c.var.house, userAct(c), requireUser(c), id, draft.version + saved.changes)
    } catch (error) {
      return refusedPage(c, id, error)
    }
    return c.redirect(`/envelopes/${id}`, 303)
  })
