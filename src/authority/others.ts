import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type Bytes, base64, fromBase64 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { SMALLEST_RSA } from '../pki/algorithm.ts'
import { type Certificate, fingerprintOf, readCertificate } from '../pki/certificate.ts'
import { DerFault } from '../pki/der-reader.ts'
import { same } from '../pki/revocation-list.ts'
import { algorithmText, checkSignature, keyFacts } from '../pki/signature.ts'
import { readSetting, writeSetting } from '../setting/setting.ts'
import { listHouse } from './certificates.ts'
import { certificatesIn } from './given.ts'
import { algorithmName, pairs } from './overview.ts'

const MOST = 50
const MOST_AT_ONCE = 10

/** An authority of others as the console shows it. */
export interface OtherAuthority {
  /** SHA-256 of the certificate in lower-case hexadecimal: its name in addresses. */
  readonly fingerprint: string
  readonly fingerprintPairs: string
  readonly name: string
  readonly organization: string | null
  /** Null where it stands under nobody. */
  readonly issuer: string | null
  readonly algorithm: string
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly der: Bytes
}

/** Roots that vouch here for whoever signs under them; nothing becomes ours by them. DER. */
export const trustedOthers = async (db: Db): Promise<Bytes[]> =>
  (await readSetting(db, 'otherAuthorities')).roots.map(({ der }) => fromBase64(der))

export async function listOthers(db: Db): Promise<OtherAuthority[]> {
  const { roots } = await readSetting(db, 'otherAuthorities')
  const shown = roots.map(({ der, fingerprint }) => facts(readCertificate(fromBase64(der)), fingerprint))
  return shown.sort((one, other) => one.name.localeCompare(other.name) || (one.fingerprint < other.fingerprint ? -1 : 1))
}

export async function findOther(db: Db, fingerprint: string): Promise<OtherAuthority> {
  const found = (await listOthers(db)).find((one) => one.fingerprint === fingerprint)
  if (!found) throw new Refusal('not_found', 'page.not-found')
  return found
}

/** Whose certificates these are, before anything is trusted: PEM, DER or PKCS #7. One that may not be trusted refuses all of them, by its name. */
export async function readOthers(db: Db, at: Instant, given: Bytes): Promise<OtherAuthority[]> {
  const certificates = certificatesIn(given, MOST_AT_ONCE)
  if (!certificates.length) throw new Refusal('invalid', 'others.unreadable')
  const { roots } = await readSetting(db, 'otherAuthorities')
  const house = await listHouse(db)
  const read = new Map<string, OtherAuthority>()
  for (const certificate of certificates) {
    const one = facts(certificate, await fingerprintOf(certificate.der))
    const refusal = (why: string, params = {}) => new Refusal('invalid', `others.${why}`, { name: one.name, ...params })
    if (house.some(({ keyId, spki }) => keyId !== null && same(spki, certificate.spki))) throw refusal('own')
    if (roots.some(({ fingerprint }) => fingerprint === one.fingerprint)) throw refusal('known')
    if (!isAuthority(certificate)) throw refusal('not-authority')
    if (certificate.unknownCritical.length) throw refusal('constrained')
    if (certificate.notAfter < at) throw refusal('ended', { date: certificate.notAfter.slice(0, 10) })
    const strength = await strengthOf(certificate)
    if (strength !== 'valid') throw refusal(strength === 'invalid' ? 'broken' : 'weak')
    read.set(one.fingerprint, one)
  }
  return [...read.values()]
}

/** All of them or none. */
export async function trustOthers(db: Db, act: Act, given: Bytes): Promise<void> {
  const others = await readOthers(db, act.at, given)
  await db.transaction().execute(async (tx) => {
    const { roots } = await readSetting(tx, 'otherAuthorities')
    for (const { fingerprint, name } of others)
      if (roots.some((one) => one.fingerprint === fingerprint)) throw new Refusal('conflict', 'others.known', { name })
    if (roots.length + others.length > MOST) throw new Refusal('conflict', 'others.too-many', { most: MOST })
    const added = others.map(({ der, fingerprint }) => ({ der: base64(der), fingerprint }))
    await writeSetting(tx, act, 'otherAuthorities', { roots: [...roots, ...added] })
    for (const { name, fingerprint } of others) await append(tx, act, { type: 'authority.other-trusted', detail: { name, fingerprint } })
  })
}

/** From now on nobody is known by it, whenever they signed. */
export async function distrustOther(db: Db, act: Act, fingerprint: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { name } = await findOther(tx, fingerprint)
    const { roots } = await readSetting(tx, 'otherAuthorities')
    await writeSetting(tx, act, 'otherAuthorities', { roots: roots.filter((one) => one.fingerprint !== fingerprint) })
    await append(tx, act, { type: 'authority.other-distrusted', detail: { name, fingerprint } })
  })
}

/** RFC 5280 §4.2.1.9 and §4.2.1.3. */
const isAuthority = ({ isCa, keyUsage }: Certificate): boolean => isCa && (!keyUsage || keyUsage.includes('keyCertSign'))

/** A root proves by its own signature that its key is there; of one that stands under another, the algorithms alone can be judged. */
async function strengthOf({ subjectDer, issuerDer, signatureAlgorithm, spki, body, signature }: Certificate) {
  if (same(subjectDer, issuerDer)) return checkSignature({ algorithm: signatureAlgorithm, spki, message: body, signature })
  try {
    const key = keyFacts(spki)
    const isStrong = algorithmText(signatureAlgorithm, null, spki) !== null && !(key?.family === 'rsa' && key.size < SMALLEST_RSA)
    return isStrong ? 'valid' : 'unsupported'
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    return 'unsupported'
  }
}

function facts(
  { subject, issuer, subjectDer, issuerDer, spki, notBefore, notAfter, der }: Certificate,
  fingerprint: string,
): OtherAuthority {
  return {
    fingerprint,
    fingerprintPairs: pairs(fingerprint),
    name: subject.commonName || (subject.organization ?? pairs(fingerprint).slice(0, 23)),
    organization: subject.organization ?? null,
    issuer: same(subjectDer, issuerDer) ? null : issuer.commonName || (issuer.organization ?? ''),
    algorithm: nameOf(spki),
    notBefore,
    notAfter,
    der,
  }
}

function nameOf(spki: Uint8Array): string {
  try {
    return algorithmName(spki)
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    return ''
  }
}
