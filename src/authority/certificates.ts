import type { Bytes } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { SigningPurpose } from './key-store.ts'

/** The policy of our time stamps (RFC 3161 §2.4.2): the clock of the machine, whole seconds. A UUID as object identifier (ITU-T X.667). */
export const TIME_STAMP_POLICY = '2.25.119392413028052173023566571404499269782'

/** The house's own certificates, the newest of each purpose. Refused before there is an authority. */
export async function readCertificates(db: Db): Promise<Record<SigningPurpose, Bytes>> {
  const rows = await db
    .selectFrom('certificate')
    .select(['purpose', 'der'])
    .where('purpose', '!=', 'signer')
    .where('revokedAt', 'is', null)
    .orderBy('createdAt')
    .execute()
  const held = Object.fromEntries(rows.map(({ purpose, der }) => [purpose, der])) as Partial<Record<SigningPurpose, Bytes>>
  const { root, issuing, seal, tsa, ocsp } = held
  if (!root || !issuing || !seal || !tsa || !ocsp) throw new Refusal('unavailable', 'authority.missing')
  return { root, issuing, seal, tsa, ocsp }
}
