import type { Instant } from '../base/instant.ts'
import { fingerprintOf } from '../pki/certificate.ts'
import { keyFacts } from '../pki/signature.ts'
import { type HeldCertificate, listHouse, nameInAddresses, newestOf } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'
import type { KeyStore, SigningPurpose } from './key-store.ts'
import { type CertificateLife, lifeOf } from './lives.ts'
import { currentRevocationLists, type KeptList } from './revocation-lists.ts'

export interface CertificateFacts {
  readonly purpose: SigningPurpose
  readonly commonName: string
  readonly issuer: string
  readonly algorithm: string
  readonly serial: string
  /** SHA-256 of the DER, in pairs of capitals as certificate viewers show it. */
  readonly fingerprint: string
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** 0 to 100: the part of its life that is left. */
  readonly left: number
  readonly life: CertificateLife
  readonly canRenew: boolean
  /** Another authority issued it. */
  readonly isElsewhere: boolean
  /** A seal that was brought with its key. */
  readonly isOutside: boolean
}

export interface ListFacts extends Pick<KeptList, 'number' | 'thisUpdate' | 'nextUpdate'> {
  /** `root`, `issuing`, `issuing-2`: as in its address. */
  readonly name: string
  readonly purpose: 'root' | 'issuing'
}

export interface AuthorityOverview {
  /** The current ones, from the root down; empty before there is an authority. */
  readonly certificates: readonly CertificateFacts[]
  /** As in its address. */
  readonly issuingName: string
  readonly lists: readonly ListFacts[]
  readonly signers: { readonly issued: number; readonly revoked: number }
}

const ORDER: readonly SigningPurpose[] = ['root', 'issuing', 'seal', 'tsa', 'ocsp']

/** Everything that the authority's page tells. */
export async function overviewOf({ db, keys }: AuthorityTools, at: Instant): Promise<AuthorityOverview> {
  const all = await listHouse(db)
  const current = newestOf(all)
  // A seal of another authority stands below none of ours: last, by itself.
  const inOrder = ORDER.flatMap((purpose) => current[purpose] ?? [])
  const held = [...inOrder.filter(({ outside }) => !outside), ...inOrder.filter(({ outside }) => outside)]
  const { issued, revoked } = await db
    .selectFrom('certificate')
    .select((select) => [select.fn.countAll<number>().as('issued'), select.fn.count<number>('revokedAt').as('revoked')])
    .where('purpose', '=', 'signer')
    .executeTakeFirstOrThrow()
  const lists = await currentRevocationLists(db, at)
  return {
    certificates: await Promise.all(
      held.map((one) => factsOf(one, { canRenew: renewable(one, current, keys), isElsewhere: isElsewhere(one, all) }, at)),
    ),
    issuingName: current.issuing ? nameInAddresses(all, current.issuing) : 'issuing',
    lists: lists.map(({ issuer, number, thisUpdate, nextUpdate }) => ({
      name: issuer.purpose === 'root' ? 'root' : nameInAddresses(all, issuer),
      purpose: issuer.purpose === 'root' ? 'root' : 'issuing',
      number,
      thisUpdate,
      nextUpdate,
    })),
    signers: { issued: Number(issued), revoked: Number(revoked) },
  }
}

/** Whether a new one can be made on this server: its issuer's key is here. */
function renewable(
  { purpose, keyId, issuerId, outside }: HeldCertificate,
  current: ReturnType<typeof newestOf<HeldCertificate>>,
  keys: KeyStore,
): boolean {
  if (outside) return false
  if (purpose === 'root') return keys.hasKey(keyId)
  if (purpose === 'issuing') return issuerId === current.root?.id && keys.hasKey(current.root.keyId)
  return keys.hasKey(current.issuing?.keyId ?? null)
}

const isElsewhere = ({ keyId, issuerId }: HeldCertificate, all: readonly HeldCertificate[]): boolean =>
  keyId === null || all.find(({ id }) => id === issuerId)?.keyId === null

async function factsOf(
  one: HeldCertificate,
  facts: Pick<CertificateFacts, 'canRenew' | 'isElsewhere'>,
  at: Instant,
): Promise<CertificateFacts> {
  const { purpose, subject, serialHex, notBefore, notAfter, spki, der } = one
  const whole = Date.parse(notAfter) - Date.parse(notBefore)
  const left = Math.round((100 * (Date.parse(notAfter) - Date.parse(at))) / whole)
  return {
    purpose,
    commonName: subject.commonName || (subject.organization ?? ''),
    issuer: one.issuer.commonName || (one.issuer.organization ?? ''),
    algorithm: algorithmName(spki),
    serial: pairs(serialHex),
    fingerprint: pairs(await fingerprintOf(der)),
    notBefore,
    notAfter,
    left: Math.min(100, Math.max(0, left)),
    life: lifeOf(one, at),
    isOutside: one.outside !== null,
    ...facts,
  }
}

/** As people call it: `ECDSA P-256`, `RSA 3072`; empty for what is not judged here. */
export function algorithmName(spki: Uint8Array): string {
  const key = keyFacts(spki)
  return key?.family === 'rsa' ? `RSA ${key.size}` : key?.family === 'ec' ? `ECDSA ${key.curve.name}` : ''
}

/** Bytes in hexadecimal, in pairs of capitals as certificate viewers show them. */
export const pairs = (text: string): string => (text.toUpperCase().match(/../g) ?? []).join(':')
