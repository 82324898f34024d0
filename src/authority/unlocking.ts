import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { AuthorityTools } from './creating.ts'

/** Opens the keys with their passphrase, for as long as this process lives. */
export async function unlockAuthority({ db, keys }: AuthorityTools, act: Act, passphrase: string): Promise<void> {
  if (!keys.isLocked()) return
  if (!(await keys.load(db, passphrase))) throw new Refusal('invalid', 'authority.passphrase-wrong')
  await recordUnlocking(db, act)
}

/** Also for a passphrase that a file gave at the start. */
export const recordUnlocking = (db: Db, act: Act): Promise<unknown> =>
  db.transaction().execute((tx) => append(tx, act, { type: 'authority.unlocked' }))
