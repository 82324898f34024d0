import { z } from 'zod'
import { Refusal } from '../../base/refusal.ts'
import { offeredFields, type OfferTaken, takeOffer } from '../../envelope/offers.ts'
import { fill, words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { flashRefusal } from './refusals.ts'
import { refusalSentence, STATUS } from '../errors.ts'
import { flash } from '../server.ts'

const Taken = z.object({
  offer: z.string().max(200),
  recipientId: z.string().max(60).default(''),
  /** Whether only what is ticked is meant. */
  chosen: z.string().optional(),
  origin: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
})

function takenOf(answers: unknown): OfferTaken {
  const read = Taken.safeParse(answers)
  if (!read.success) throw new Refusal('invalid', 'request.malformed')
  const { offer, recipientId, chosen, origin = [] } = read.data
  return { offer, recipientId: recipientId || null, ...(chosen ? { origins: origin.slice(0, 2_000) } : {}) }
}

export const envelopeOffers = createApp()
  // The editor asks what they would be and puts them down itself, so that it can undo that.
  .get('/envelopes/:id/offers', signedIn, async (c) => {
    const { offer, recipientId } = c.req.query()
    const asked = takenOf({ offer, recipientId, chosen: c.req.query('chosen'), origin: c.req.queries('origin') })
    try {
      return c.json({ fields: await offeredFields(c.var.house.db, requireUser(c), c.req.param('id'), asked) })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return c.json({ code: error.reason, message: refusalSentence(c.var.lang, error) }, STATUS[error.code])
    }
  })
  .post('/envelopes/:id/offers', signedIn, async (c) => {
    const id = c.req.param('id')
    const asked = takenOf(await c.req.parseBody({ all: true }))
    try {
      const count = await takeOffer(c.var.house.db, userAct(c), requireUser(c), id, asked)
      flash(c, 'good', fill(words(c.var.lang).editor.offers.taken, { count: String(count) }))
    } catch (error) {
      flashRefusal(c, error)
    }
    return c.redirect(`/envelopes/${id}/draft#fields`, 303)
  })
