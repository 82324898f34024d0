import type { Bytes } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import { runTask } from '../sandbox/run.ts'

/** Pixels across or down: sharp in print on a field of 18 centimetres. */
const SIDE = 1_200

/** A drawing or a picture as it will stand in the document: its paper cut away unless it is kept, its edges trimmed. Refused where nothing is to be seen. */
export function cutOut(
  config: Config,
  mark: { readonly picture: Bytes } & ({ readonly method: 'drawn' } | { readonly method: 'uploaded'; readonly keepBackground: boolean }),
) {
  const keepBackground = mark.method === 'drawn' || mark.keepBackground
  return runTask(config, 'mark', { picture: mark.picture, keepBackground, side: SIDE }).catch((error: unknown) => {
    const nothing = mark.method === 'drawn' && error instanceof Refusal && error.reason === 'picture.empty'
    throw nothing ? new Refusal('invalid', 'mark.empty') : error
  })
}
