import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { AuthorityTools } from './creating.ts'
import type { KeyProtection } from './key-encryption.ts'
import { newProtector, newRecoverySecret, openMainKey, replaceProtectors, tidyKeyFile } from './key-protector.ts'
import { listProtectors } from './key-store.ts'

const nameOf = (protection: KeyProtection): 'key-file' | 'passphrase' => (protection === 'key-file' ? 'key-file' : 'passphrase')

/** Another passphrase, or the key file in the place of one, or the other way round. Whoever changes it knows the passphrase of now. */
export async function changeProtection(
  { db, keys }: AuthorityTools,
  act: Act,
  { current, next }: { readonly current: string; readonly next: KeyProtection },
): Promise<void> {
  const key = keys.mainKey()
  const held = (await listProtectors(db)).filter(({ kind }) => kind === 'passphrase')
  if (held.length && !(await openMainKey(keys.dataDirectory, held, { passphrase: current })))
    throw new Refusal('invalid', 'authority.passphrase-wrong')
  const protector = await newProtector(keys.dataDirectory, key, next, act.at)
  await db.transaction().execute(async (tx) => {
    await replaceProtectors(tx, ['key-file', 'passphrase'], protector)
    await append(tx, act, { type: 'authority.protection-changed', detail: { protection: nameOf(next) } })
  })
  tidyKeyFile(keys.dataDirectory, await listProtectors(db))
}

/** The one before opens nothing any more. It is answered once and kept nowhere. */
export async function renewRecovery({ db, keys }: AuthorityTools, act: Act): Promise<string> {
  const recovery = newRecoverySecret()
  const protector = await newProtector(keys.dataDirectory, keys.mainKey(), { recovery }, act.at)
  await db.transaction().execute(async (tx) => {
    await replaceProtectors(tx, ['recovery'], protector)
    await append(tx, act, { type: 'authority.recovery-renewed' })
  })
  return recovery
}

/**
 * For the day on which the passphrase, or the key file, is lost: the recovery secret opens the keys, something else keeps them from now on, and a
 * new recovery secret takes the place of the one that was used. All in one transaction: a crash leaves the old secret good.
 */
export async function recoverKeys({ db, keys }: AuthorityTools, act: Act, recovery: string, next: KeyProtection): Promise<string> {
  const held = (await listProtectors(db)).filter(({ kind }) => kind === 'recovery')
  const opened = await openMainKey(keys.dataDirectory, held, { recovery })
  if (!opened) throw new Refusal('invalid', 'authority.recovery-wrong')
  const renewed = newRecoverySecret()
  const protectors = [
    await newProtector(keys.dataDirectory, opened.key, next, act.at),
    await newProtector(keys.dataDirectory, opened.key, { recovery: renewed }, act.at),
  ]
  await db.transaction().execute(async (tx) => {
    await replaceProtectors(tx, ['key-file', 'passphrase', 'recovery'], protectors[0]!)
    await tx.insertInto('keyProtector').values(protectors[1]!).execute()
    await append(tx, act, { type: 'authority.recovered', detail: { protection: nameOf(next) } })
  })
  if (!(await keys.load(db, { recovery: renewed }))) throw new Refusal('unavailable', 'authority.locked')
  return renewed
}
