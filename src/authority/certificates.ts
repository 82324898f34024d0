import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { fromBase64 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { CertificateRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { type Certificate, readCertificate } from '../pki/certificate.ts'
import { same } from '../pki/revocation-list.ts'
import type { SigningPurpose } from './key-store.ts'

/** The policy of our time stamps (RFC 3161 §2.4.2): the clock of the machine, whole seconds. A UUID as object identifier (ITU-T X.667). */
export const TIME_STAMP_POLICY = '2.25.119392413028052173023566571404499269782'

/** What the authority itself works with; besides, it issues to signers and to servers. */
export const OF_THE_HOUSE = ['root', 'issuing', 'seal', 'tsa', 'ocsp'] as const satisfies readonly SigningPurpose[]

export interface HeldCertificate extends Certificate {
  readonly id: string
  readonly purpose: SigningPurpose
  readonly keyId: string | null
  readonly issuerId: string | null
  readonly createdAt: Instant
  readonly revokedAt: Instant | null
  /** Of a seal that another authority issued. */
  readonly outside: OutsideSeal | null
}

export interface OutsideSeal {
  /** Those above it, up to its root. */
  readonly chain: readonly Bytes[]
  /** Lists of its authorities that came with it. */
  readonly revocationLists: readonly Bytes[]
  /** Null: in use. */
  readonly laidDownAt: Instant | null
}

/** Every certificate that the house ever had for itself, revoked and ended ones too, from the oldest on. */
export interface HouseCertificates {
  readonly all: readonly HeldCertificate[]
  /** What is used: of each purpose the newest that was not taken back; a seal of another authority before the house's own. */
  readonly current: Readonly<Record<SigningPurpose, HeldCertificate>>
  /** The same without seals of others: what is renewed here. */
  readonly own: Readonly<Record<SigningPurpose, HeldCertificate>>
}

/** Refused before there is an authority. */
export async function readHouseCertificates(db: Db): Promise<HouseCertificates> {
  const all = await listHouse(db)
  const { root, issuing, seal, tsa, ocsp } = newestOwn(all)
  if (!root || !issuing || !seal || !tsa || !ocsp) throw new Refusal('unavailable', 'authority.missing')
  const own = { root, issuing, seal, tsa, ocsp }
  return { all, own, current: { ...own, ...newestOf(all) } }
}

export async function listHouse(db: Db): Promise<HeldCertificate[]> {
  const rows = await db.selectFrom('certificate').selectAll().where('purpose', 'in', OF_THE_HOUSE).orderBy('createdAt').execute()
  const seals = await db.selectFrom('outsideSeal').selectAll().where('adoptedAt', 'is not', null).execute()
  const outside = new Map(
    seals.map(({ id, chain, revocationLists, laidDownAt }) => [
      id,
      { chain: decoded(chain), revocationLists: decoded(revocationLists), laidDownAt },
    ]),
  )
  return rows.map((row) => heldOf(row, outside.get(row.id) ?? null))
}

export const decoded = (list: string): Bytes[] => (JSON.parse(list) as string[]).map(fromBase64)

const heldOf = (
  { id, purpose, der, keyId, issuerId, createdAt, revokedAt }: CertificateRow,
  outside: OutsideSeal | null,
): HeldCertificate => ({
  ...readCertificate(der),
  id,
  purpose: purpose as SigningPurpose,
  keyId,
  issuerId,
  createdAt,
  revokedAt,
  outside,
})

interface Held extends Pick<HeldCertificate, 'purpose' | 'revokedAt'> {
  readonly outside: Pick<OutsideSeal, 'laidDownAt'> | null
}

/** What is used. */
export function newestOf<Kind extends Held>(all: readonly Kind[]): Partial<Record<SigningPurpose, Kind>> {
  const brought = all.findLast(({ outside }) => outside && !outside.laidDownAt)
  return { ...newestOwn(all), ...(brought ? { seal: brought } : {}) }
}

/** What is used where no seal of another authority is. */
export const newestOwn = <Kind extends Held>(all: readonly Kind[]): Partial<Record<SigningPurpose, Kind>> =>
  Object.fromEntries(all.filter(({ revokedAt, outside }) => !revokedAt && !outside).map((one) => [one.purpose, one]))

/** The certificates above one of ours, up to the root. */
export function above(all: readonly HeldCertificate[], one: Pick<HeldCertificate, 'issuerId' | 'id'>): HeldCertificate[] {
  const issuer = one.issuerId === one.id ? undefined : all.find(({ id }) => id === one.issuerId)
  return issuer ? [issuer, ...above(all, issuer)] : []
}

/**
 * What travels in a time stamp: nothing above our own authorities, so that whoever trusts those alone finds in it only what leads to them.
 */
export const carriedWith = (all: readonly HeldCertificate[], one: HeldCertificate): Bytes[] =>
  above(all, one).flatMap(({ keyId, der }) => (keyId === null ? [] : [der]))

/** Which of ours issued this certificate, by name and key identifier; undefined for a stranger's. */
export const issuerAmong = (all: readonly HeldCertificate[], certificate: Certificate): HeldCertificate | undefined =>
  all.findLast(
    ({ isCa, subjectDer, skid, der }) =>
      isCa &&
      same(subjectDer, certificate.issuerDer) &&
      (!certificate.akid || !skid || same(skid, certificate.akid)) &&
      !same(der, certificate.der),
  )

/**
 * Each issuing authority has addresses of its own, because a list is signed by one key: the first is `issuing`, the second `issuing-2`. They
 * stand in certificates and never change.
 */
export const nameInAddresses = (all: readonly HeldCertificate[], { id }: Pick<HeldCertificate, 'id'>): string =>
  nameOfGeneration(issuingOf(all).findIndex((one) => one.id === id) + 1)

/** Of the issuing authority that is made next. */
export const nameOfNext = (all: readonly HeldCertificate[]): string => nameOfGeneration(issuingOf(all).length + 1)

const issuingOf = (all: readonly HeldCertificate[]) => all.filter(({ purpose }) => purpose === 'issuing')
const nameOfGeneration = (generation: number): string => (generation <= 1 ? 'issuing' : `issuing-${generation}`)

/** What an address names: the newest root, or one issuing authority. */
export function byNameInAddresses(all: readonly HeldCertificate[], name: string): HeldCertificate | undefined {
  if (name === 'root') return newestOf(all).root
  const generation = name === 'issuing' ? 1 : Number(/^issuing-([2-9]|[1-9]\d{1,3})$/.exec(name)?.[1] ?? 0)
  return issuingOf(all)[generation - 1]
}

/** The bytes of the current certificates. Refused before there is an authority. */
export async function readCertificates(db: Db): Promise<Record<SigningPurpose, Bytes>> {
  const { current } = await readHouseCertificates(db)
  return Object.fromEntries(Object.entries(current).map(([purpose, { der }]) => [purpose, der])) as Record<SigningPurpose, Bytes>
}

/** Addresses of the house that stand in its certificates: what they name is answered for as long as the house is reached under them. */
export async function addressesInCertificates(db: Db): Promise<readonly { readonly host: string; readonly base: string }[]> {
  const urls = (await listHouse(db)).flatMap(({ crlUrls, ocspUrls }) => [...crlUrls, ...ocspUrls])
  return urls.flatMap((text) => {
    const url = URL.parse(text)
    const end = url?.pathname.indexOf('/pki/') ?? -1
    const base = end > 0 ? url!.pathname.slice(0, end) : ''
    return url ? { host: url.host.toLowerCase(), base } : []
  })
}
