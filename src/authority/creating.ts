import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { hex } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { KeyAlgorithm } from '../pki/algorithm.ts'
import { fingerprintOf } from '../pki/certificate.ts'
import { signerOf } from '../pki/key.ts'
import type { Name } from '../pki/name.ts'
import { published } from './address.ts'
import { generateAuditKey } from './audit-key.ts'
import type { KeyProtection } from './key-encryption.ts'
import { newMainKey, newProtector, newRecoverySecret, wrapUnder } from './key-protector.ts'
import type { KeyStore, SigningPurpose } from './key-store.ts'
import { type Made, makeCertificate } from './making.ts'
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

/**
 * Makes every key and certificate of the company's authority, keeps them in one transaction, and leaves the keys unlocked. Once. Answers with
 * the recovery secret, which is kept nowhere: whoever loses the passphrase opens the keys with it.
 */
export async function createAuthority({ db, keys }: AuthorityTools, act: Act, plan: AuthorityPlan): Promise<{ recovery: string }> {
  if (await hasAuthority(db)) throw new Refusal('conflict', 'authority.exists')
  const mainKey = newMainKey()
  const recovery = newRecoverySecret()
  const protectors = [
    await newProtector(keys.dataDirectory, mainKey, plan.keyProtection, act.at),
    await newProtector(keys.dataDirectory, mainKey, { recovery }, act.at),
  ]
  const made = await makeCertificates(plan, act.at)
  const audit = await generateAuditKey()
  const auditKey = {
    id: newId('key'),
    purpose: 'audit' as const,
    algorithm: 'ed25519',
    spki: audit.spki,
    createdAt: act.at,
    retiredAt: null,
  }
  const keyRows = [{ ...auditKey, wrapped: await wrapUnder(mainKey, 'audit', auditKey.id, audit.pkcs8) }]
  for (const { purpose, pair, key } of made)
    keyRows.push({ ...key, wrapped: await wrapUnder(mainKey, purpose, key.id, pair.pkcs8) } as never)
  const fingerprint = await fingerprintOf(made[0]!.certificate.der)
  await db.transaction().execute(async (tx) => {
    if (await hasAuthority(tx)) throw new Refusal('conflict', 'authority.exists')
    await tx.insertInto('keyProtector').values(protectors).execute()
    await tx.insertInto('authorityKey').values(keyRows).execute()
    await tx
      .insertInto('certificate')
      .values(made.map(({ certificate }) => certificate))
      .execute()
    const protection = plan.keyProtection === 'key-file' ? 'key-file' : 'passphrase'
    await append(tx, act, {
      type: 'authority.created',
      detail: { algorithm: plan.algorithm, protection, root: fingerprint, auditKey: hex(audit.spki.slice(-32)) },
    })
  })
  await keys.load(db, plan.keyProtection === 'key-file' ? undefined : plan.keyProtection.passphrase)
  await renewRevocationLists({ db, keys }, act)
  return { recovery }
}

const ORDER = ['root', 'issuing', 'seal', 'tsa', 'ocsp'] as const

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
    const over = purpose === 'root' ? null : made.get(purpose === 'issuing' ? 'root' : 'issuing')!
    const issuer = over && {
      id: over.certificate.id,
      der: over.certificate.der,
      signer: await signerOf(plan.algorithm, over.pair.pkcs8),
    }
    made.set(purpose, await makeCertificate({ purpose, subject, algorithm: plan.algorithm, urls, at, ...(issuer ? { issuer } : {}) }))
  }
  return [...made.values()]
}
