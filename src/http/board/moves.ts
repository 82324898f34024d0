import { z } from 'zod'
import { lastUndoable, undoMove } from '../../board/moving.ts'
import { findStage, stageName } from '../../board/stages.ts'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { fill, words } from '../../view/words.ts'
import { ownAddress, requireUser, signedIn, userAct } from '../access.ts'
import { createApp, type Ctx, wantsJson } from '../env.ts'
import { form } from '../form.ts'
import { flash } from '../server.ts'

/** What the reader has just moved, with the way to take it back. */
export interface ShownUndo {
  readonly move: string
  readonly text: string
}

/** On the page that follows a move; the address names it. */
export async function undoable(c: Ctx): Promise<ShownUndo | null> {
  const id = c.req.query('moved')
  const move = id ? await lastUndoable(c.var.house.db, c.var.act.at, requireUser(c), id) : null
  return (
    move && {
      move: move.id,
      text: fill(words(c.var.lang).board.moving.moved, { title: await titleOf(c, move.envelopeId), stage: await nameOf(c, move.toStage) }),
    }
  )
}

export const titleOf = async (c: Ctx, envelopeId: string): Promise<string> =>
  (await findEnvelopeFor(c.var.house.db, requireUser(c), envelopeId)).title || words(c.var.lang).documents.untitled

export const nameOf = async (c: Ctx, stageId: string): Promise<string> => stageName(await findStage(c.var.house.db, stageId), c.var.lang)

export const boardMoves = createApp().post(
  '/board/moves/:id/undoing',
  signedIn,
  form(z.object({ back: z.string().max(1_000).default('') })),
  async (c) => {
    const { db } = c.var.house
    const move = await undoMove(db, userAct(c), requireUser(c), c.req.param('id'))
    const told = fill(words(c.var.lang).board.moving.undone, {
      title: await titleOf(c, move.envelopeId),
      stage: await nameOf(c, move.fromStage),
    })
    if (wantsJson(c)) return c.json({ envelope: move.envelopeId, told })
    flash(c, 'good', told)
    return c.redirect(ownAddress(c.req.valid('form').back, '/board'), 303)
  },
)
