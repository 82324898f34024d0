import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Bytes } from '../base/bytes.ts'
import { DAY, type Instant, later, wholeSecond } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { makeRevocationList, type Revoked, type RevocationReason } from '../pki/revocation.ts'
import { byNameInAddresses, type HeldCertificate, listHouse } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'
import type { KeyStore } from './key-store.ts'

/** Others may rely on a list for a week; it is made anew each day, and with each revocation. */
const PROMISED = 7 * DAY
const FRESH = DAY

export interface KeptList {
  readonly der: Bytes
  readonly number: number
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant
}

/** The job of each day: the next numbered list of the root and of every issuing authority whose key is here. */
export async function renewRevocationLists(
  { db, keys }: AuthorityTools,
  act: Act,
  promised: { readonly root?: number } = {},
): Promise<void> {
  for (const issuer of listingAuthorities(await listHouse(db), act.at, keys)) {
    const signer = await keys.signerOfKey(issuer.keyId!)
    const revoked = await revokedBy(db, issuer)
    // Two lists at a time would ask for one number: the second insert is refused by the key, and its job tries again.
    const number = ((await latest(db, issuer))?.number ?? 0) + 1
    const life = issuer.purpose === 'root' ? (promised.root ?? PROMISED) : PROMISED
    const times = { thisUpdate: wholeSecond(act.at), nextUpdate: wholeSecond(later(act.at, life)) }
    const der = await makeRevocationList({ issuer: issuer.der, number, ...times, revoked, signer })
    await db.transaction().execute(async (tx) => {
      await tx
        .insertInto('revocationList')
        .values({ issuerId: issuer.id, number, der, ...times })
        .execute()
      await append(tx, act, {
        type: 'authority.revocation-list-issued',
        detail: { number, issuer: issuer.purpose, revoked: revoked.length },
      })
    })
  }
}

/** Every root of ours by its newest certificate, and every issuing authority below which something may still be alive. Only those whose key is here, where a store is given. */
export function listingAuthorities(all: readonly HeldCertificate[], at: Instant, keys?: KeyStore): HeldCertificate[] {
  const roots = new Map(all.filter(({ purpose, keyId }) => purpose === 'root' && keyId !== null).map((one) => [one.keyId, one]))
  return [...roots.values(), ...all.filter(({ purpose, notAfter }) => purpose === 'issuing' && notAfter >= at)].filter(
    ({ keyId }) => !keys || keys.hasKey(keyId),
  )
}

/** True once a day, and where there is no list at all. */
export async function areRevocationListsDue({ db, keys }: AuthorityTools, at: Instant): Promise<boolean> {
  for (const issuer of listingAuthorities(await listHouse(db), at, keys)) {
    const list = await latest(db, issuer)
    if (!list || list.thisUpdate <= later(at, -FRESH)) return true
  }
  return false
}

/** The newest list of the root and of every issuing authority that may still have something alive below it. */
export async function currentRevocationLists(db: Db, at: Instant): Promise<(KeptList & { readonly issuer: HeldCertificate })[]> {
  const lists: (KeptList & { readonly issuer: HeldCertificate })[] = []
  for (const issuer of listingAuthorities(await listHouse(db), at)) {
    const list = await latest(db, issuer)
    if (list) lists.push({ ...list, issuer })
  }
  return lists
}

/** The newest list by the name that stands in its address: `root`, `issuing`, `issuing-2`. Null before there is one. */
export async function currentRevocationList(db: Db, name: string): Promise<KeptList | null> {
  const all = await listHouse(db)
  // Only our own root has a list here.
  const issuer = name === 'root' ? all.findLast(({ purpose, keyId }) => purpose === 'root' && keyId !== null) : byNameInAddresses(all, name)
  return issuer ? ((await latest(db, issuer)) ?? null) : null
}

/** Certificates of one key share its lists: a renewed root goes on where the old one stopped. */
const latest = (db: Db, { id, keyId }: HeldCertificate): Promise<KeptList | undefined> =>
  db
    .selectFrom('revocationList')
    .selectAll()
    .where('issuerId', 'in', sharing(db, id, keyId))
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()

const sharing = (db: Db, id: string, keyId: string | null) =>
  db
    .selectFrom('certificate')
    .select('id')
    .where((where) => (keyId === null ? where('id', '=', id) : where.or([where('id', '=', id), where('keyId', '=', keyId)])))

async function revokedBy(db: Db, { id, keyId }: HeldCertificate): Promise<Revoked[]> {
  const rows = await db
    .selectFrom('certificate')
    .select(['serial', 'revokedAt', 'revocationReason'])
    .where('issuerId', 'in', sharing(db, id, keyId))
    .where('revokedAt', 'is not', null)
    .orderBy('revokedAt')
    .execute()
  return rows.map(({ serial, revokedAt, revocationReason }) => ({
    serialHex: serial,
    at: revokedAt!,
    reason: (revocationReason ?? 'unspecified') as RevocationReason,
  }))
}
