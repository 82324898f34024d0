import { Refusal } from '../../base/refusal.ts'
import type { Ctx } from '../env.ts'
import { refusalSentence } from '../errors.ts'
import { flash } from '../server.ts'

/** For a button that has no form to be shown again: why it was not done stands on the page that it came from. */
export function flashRefusal(c: Ctx, error: unknown): void {
  if (!(error instanceof Refusal) || error.code === 'not_found' || error.reason === 'access.forbidden') throw error
  flash(c, 'stop', refusalSentence(c.var.lang, error))
}
