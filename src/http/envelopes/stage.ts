import { z } from 'zod'
import { isFactOf } from '../../board/facts.ts'
import { cardOf, moveCard } from '../../board/moving.ts'
import { listStages, stageName } from '../../board/stages.ts'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { fill, words } from '../../view/words.ts'
import { ownAddress, requireUser, signedIn, userAct } from '../access.ts'
import { createApp, wantsJson } from '../env.ts'
import { form } from '../form.ts'
import { nameOf, titleOf } from '../board/moves.ts'
import { refusalSentence } from '../errors.ts'
import { flash } from '../server.ts'

const Move = z.object({
  stage: z.string().max(60),
  entry: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .nullable()
    .catch(null),
  back: z.string().max(1_000).default(''),
})

/** Where the card of an envelope stands on the board. */
export const envelopeStage = createApp()
  .get('/envelopes/:id/stage', signedIn, async (c) => {
    const { db } = c.var.house
    const envelope = await findEnvelopeFor(db, requireUser(c), c.req.param('id'), 'edit')
    const card = await cardOf(db, envelope.id)
    const open: { id: string; name: string; colour: string; icon: string }[] = []
    const closed: { name: string; why: string }[] = []
    for (const stage of await listStages(db)) {
      if (stage.id === card.stageId) continue
      const name = stageName(stage, c.var.lang)
      if (!stage.kind || (await isFactOf(db, stage.kind, envelope)))
        open.push({ id: stage.id, name, colour: stage.colour, icon: stage.icon })
      else closed.push({ name, why: refusalSentence(c.var.lang, { reason: `board.not-${stage.kind}`, params: {} }) })
    }
    return c.html(
      await c.var.render('envelopes/stage', {
        id: envelope.id,
        title: envelope.title,
        stage: await nameOf(c, card.stageId),
        entry: card.entry,
        open,
        closed,
        back: ownAddress(c.req.query('back'), '/board'),
      }),
    )
  })
  .post('/envelopes/:id/stage', signedIn, form(Move), async (c) => {
    const { stage, entry, back } = c.req.valid('form')
    const envelopeId = c.req.param('id')
    const move = await moveCard(c.var.house.db, userAct(c), requireUser(c), { envelopeId, stageId: stage, entry })
    const told = fill(words(c.var.lang).board.moving.moved, { title: await titleOf(c, envelopeId), stage: await nameOf(c, stage) })
    if (wantsJson(c)) return c.json({ move: move?.id ?? null, told })
    const address = new URL(ownAddress(back, '/board'), 'http://own.invalid')
    // The board offers the way back; elsewhere a sentence tells it.
    if (move && address.pathname === '/board') address.searchParams.set('moved', move.id)
    else flash(c, 'good', told)
    return c.redirect(address.pathname + address.search, 303)
  })
