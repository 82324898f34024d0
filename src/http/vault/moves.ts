import { moveEntries } from '../../vault/moving.ts'
import { words } from '../../view/words.ts'
import { opensVault, ownAddress, requireUser, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { flash } from '../server.ts'
import { pickedIn } from './query.ts'

export const vaultMoves = createApp().post('/vault/moves', opensVault, async (c) => {
  const body = await c.req.parseBody({ all: true })
  const folder = typeof body['target'] === 'string' ? body['target'] : ''
  const picked = pickedIn(body)
  await moveEntries(c.var.house.db, userAct(c), requireUser(c), picked, folder || null)
  flash(c, 'good', words(c.var.lang).folders.moved(picked.length))
  return c.redirect(ownAddress(typeof body['back'] === 'string' ? body['back'] : undefined, '/vault'), 303)
})
