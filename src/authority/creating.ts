import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Bytes } from '../base/bytes.ts'
import { hex } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { type Instant, later, MINUTE, wholeSecond, YEAR } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { KeyAlgorithm } from '../pki/algorithm.ts'
import { fingerprintOf, issueCertificate, newSerial, readCertificate } from '../pki/certificate.ts'
import { generateKeyPair, type KeyPair, signerOf } from '../pki/key.ts'
import type { Name } from '../pki/name.ts'
import { published } from './address.ts'
import { generateAuditKey } from './audit-key.ts'
import { type KeyProtection, newKeyEncryption } from './key-encryption.ts'
import { keepKey, type KeyStore, type SigningPurpose } from './key-store.ts'
import { renewRevocationLists } from './revocation-lists.ts'

export interface AuthorityPlan {
  readonly algorithm: KeyAlgorithm
  /** The company, as it stands in each name. */
  readonly organization: string
  /** ISO 3166-1 alpha-2. */
  readonly country?: string
  readonly rootName: string
  readonly issuingName: string
  readonly sealName: string
  readonly keyProtection: KeyProtection
  /** Origin under which revocation lists and OCSP are published; it stands in every certificate. */
  readonly publicOrigin: string
}

export interface AuthorityTools {
  readonly db: Db
  readonly keys: KeyStore
}

export const hasAuthority = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('authorityKey').select('id').where('retiredAt', 'is', null).limit(1).executeTakeFirst()) !== undefined

/** A check in ten years must still pass: the time stamp of today lives as long as its authority. */
const LIFE = { root: 20, issuing: 15, tsa: 12, seal: 15, ocsp: 15 } as const satisfies Record<SigningPurpose, number>
const ORDER = ['root', 'issuing', 'seal', 'tsa', 'ocsp'] as const

/** Makes every key and certificate of the company's authority, keeps them in one transaction, and leaves the keys unlocked. Once. */
export async function createAuthority({ db, keys }: AuthorityTools, act: Act, plan: AuthorityPlan): Promise<void> {
  if (await hasAuthority(db)) throw new Refusal('conflict', 'authority.exists')
  const encryption = await newKeyEncryption(keys.dataDirectory, plan.keyProtection)
  const made = await makeCertificates(plan, act.at)
  const audit = await generateAuditKey()
  const keyRows = await Promise.all(
    [...made.map(({ purpose, pair }) => ({ purpose, ...pair })), { purpose: 'audit' as const, algorithm: 'ed25519', ...audit }].map(
      async ({ purpose, algorithm, pkcs8, spki }) => {
        const id = newId('key')
        return { id, purpose, algorithm, spki, wrapped: await keepKey(encryption, purpose, id, pkcs8), createdAt: act.at, retiredAt: null }
      },
    ),
  )
  const ids = new Map(made.map(({ purpose }) => [purpose, newId('cer')]))
  const certificateRows = made.map(({ purpose, subject, der }) => {
    const { serialHex, notBefore, notAfter } = readCertificate(der)
    const issuer = purpose === 'root' || purpose === 'issuing' ? 'root' : 'issuing'
    return {
      id: ids.get(purpose)!,
      serial: serialHex,
      purpose,
      subject: JSON.stringify(subject),
      der,
      notBefore,
      notAfter,
      keyId: keyRows.find((row) => row.purpose === purpose)!.id,
      issuerId: ids.get(issuer)!,
      recipientId: null,
      createdAt: act.at,
      revokedAt: null,
      revocationReason: null,
    }
  })
  const fingerprint = await fingerprintOf(made[0]!.der)
  await db.transaction().execute(async (tx) => {
    if (await hasAuthority(tx)) throw new Refusal('conflict', 'authority.exists')
    await tx.insertInto('authorityKey').values(keyRows).execute()
    await tx.insertInto('certificate').values(certificateRows).execute()
    const protection = plan.keyProtection === 'key-file' ? 'key-file' : 'passphrase'
    await append(tx, act, {
      type: 'authority.created',
      detail: { algorithm: plan.algorithm, protection, root: fingerprint, auditKey: hex(audit.spki.slice(-32)) },
    })
  })
  await keys.load(db, plan.keyProtection === 'key-file' ? undefined : plan.keyProtection.passphrase)
  await renewRevocationLists({ db, keys }, act)
}

interface Made {
  readonly purpose: SigningPurpose
  readonly subject: Name
  readonly pair: KeyPair
  readonly der: Bytes
}

async function makeCertificates(plan: AuthorityPlan, at: Instant): Promise<Made[]> {
  const urls = published(plan.publicOrigin)
  const belongs = { organization: plan.organization, ...(plan.country ? { country: plan.country } : {}) }
  const names: Record<SigningPurpose, string> = {
    root: plan.rootName,
    issuing: plan.issuingName,
    seal: plan.sealName,
    tsa: `${[...plan.organization].slice(0, 42).join('')} Time Stamps`,
    ocsp: `${[...plan.organization].slice(0, 42).join('')} OCSP`,
  }
  const made = new Map<SigningPurpose, Made>()
  for (const purpose of ORDER) {
    const subject: Name = { ...belongs, commonName: names[purpose] }
    const pair = await generateKeyPair(plan.algorithm)
    const above = purpose === 'root' ? null : made.get(purpose === 'issuing' ? 'root' : 'issuing')!
    const der = await issueCertificate(
      {
        profile: purpose,
        subject,
        spki: pair.spki,
        serial: newSerial(),
        // A minute ahead of the clocks of those who read it; no end beyond the issuer's.
        notBefore: wholeSecond(later(at, -MINUTE)),
        notAfter: wholeSecond(
          above ? earlier(later(at, LIFE[purpose] * YEAR), readCertificate(above.der).notAfter) : later(at, LIFE.root * YEAR),
        ),
        ...(above ? { issuer: { certificate: above.der } } : {}),
        ...(purpose === 'issuing' ? { crlUrl: urls.rootList, caUrl: urls.root } : {}),
        ...(purpose === 'seal' || purpose === 'tsa' ? { crlUrl: urls.issuingList, ocspUrl: urls.ocsp, caUrl: urls.issuing } : {}),
        ...(purpose === 'ocsp' ? { caUrl: urls.issuing } : {}),
      },
      await signerOf(plan.algorithm, (above?.pair ?? pair).pkcs8),
    )
    made.set(purpose, { purpose, subject, pair, der })
  }
  return [...made.values()]
}

export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b)
