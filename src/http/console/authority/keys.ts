import { listProtectors } from '../../../authority/key-store.ts'
import { readHouseCertificates } from '../../../authority/certificates.ts'
import { checkPassword, SHORTEST_PASSWORD } from '../../../access/password.ts'
import type { KeyProtection } from '../../../authority/key-encryption.ts'
import { Refusal } from '../../../base/refusal.ts'
import { defaultLegalEntity } from '../../../setting/legal-entity.ts'
import { listKeyActs } from '../../../upkeep/key-ceremony.ts'
import { managesAuthority } from '../../access.ts'
import { blankForm, type Form } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { freshProof } from '../../step-up.ts'

export async function keysPage(c: Ctx, form: Form): Promise<string> {
  const { db, keys } = c.var.house
  const protectors = await listProtectors(db)
  const { root } = (await readHouseCertificates(db)).current
  const kept = protectors.find(({ kind }) => kind !== 'recovery')
  return c.var.render('console/authority/keys/index', {
    form: { ...form, values: { protection: kept?.kind ?? 'key-file', ...form.values } },
    isLocked: keys.isLocked(),
    protection: kept ? { kind: kept.kind as 'key-file' | 'passphrase', since: kept.createdAt } : null,
    recoverySince: protectors.find(({ kind }) => kind === 'recovery')?.createdAt ?? null,
    rootIsHere: keys.hasKey(root.keyId),
    rootIsOurs: root.keyId !== null,
    shortest: SHORTEST_PASSWORD,
    acts: await listKeyActs(db, c.var.lang),
  })
}

export const consoleKeys = createApp().get('/console/authority/keys', managesAuthority, freshProof, async (c) =>
  c.html(await keysPage(c, blankForm())),
)

/** A passphrase as it was typed twice. Refused where it is guessed too easily or the two differ. */
export async function passphraseOf(c: Ctx, passphrase: string, again: string): Promise<string> {
  const entity = await defaultLegalEntity(c.var.house.db)
  checkPassword(passphrase, [entity?.legalName ?? ''])
  if (passphrase !== again) throw new Refusal('invalid', 'password.repeat-differs')
  return passphrase
}

export const protectionOf = async (
  c: Ctx,
  { protection, passphrase, passphraseAgain }: { protection: 'key-file' | 'passphrase'; passphrase: string; passphraseAgain: string },
): Promise<KeyProtection> => (protection === 'key-file' ? 'key-file' : { passphrase: await passphraseOf(c, passphrase, passphraseAgain) })
