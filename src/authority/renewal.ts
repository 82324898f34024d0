import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { type Instant, later, MINUTE, wholeSecond } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { CertificateRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { KeyAlgorithm } from '../pki/algorithm.ts'
import { fingerprintOf, issueCertificate, newSerial } from '../pki/certificate.ts'
import { signerOf } from '../pki/key.ts'
import type { Signer } from '../pki/signer.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { published } from './address.ts'
import { type HeldCertificate, type HouseCertificates, nameInAddresses, nameOfNext, readHouseCertificates } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'
import { keepKey, type SigningPurpose } from './key-store.ts'
import { LEAST_GAIN, WANTED } from './lives.ts'
import { certificateRow, endOf, type Made, makeCertificate, type MakingRequest } from './making.ts'
import { renewRevocationLists } from './revocation-lists.ts'

export type RenewalTools = AuthorityTools & { readonly config: Pick<Config, 'listen' | 'url' | 'publicUrl' | 'tls'> }

const BELOW_ISSUING = ['seal', 'tsa', 'ocsp'] as const

/**
 * A new key and certificate in the place of the current one, under the same name; a new issuing authority brings its own seal, time-stamp and
 * status certificates. What the old ones signed stays what it is: they are kept, their lists and answers go on. The root keeps its key, so that
 * everything below it stands under the new certificate too.
 */
export async function renewCertificate(tools: RenewalTools, act: Act, purpose: SigningPurpose): Promise<void> {
  const { db, keys } = tools
  const house = await readHouseCertificates(db)
  const old = house.own[purpose]
  // Newer than the one before it, even by a clock that stands still.
  const at = act.at > old.createdAt ? act.at : later(old.createdAt, 1)
  const renewal = await (purpose === 'root' ? renewedRoot(tools, house, at) : renewedBelow(tools, house, at, purpose))
  await db.transaction().execute(async (tx) => {
    if ((await readHouseCertificates(tx)).own[purpose].id !== old.id) throw new Refusal('conflict', 'authority.renewed-already')
    if (renewal.keys.length) await tx.insertInto('authorityKey').values(renewal.keys).execute()
    await tx.insertInto('certificate').values(renewal.certificates).execute()
    for (const row of renewal.certificates)
      await append(tx, act, {
        type: 'certificate.renewed',
        detail: { purpose: row.purpose, serial: row.serial, until: row.notAfter.slice(0, 10), fingerprint: await fingerprintOf(row.der) },
      })
  })
  await keys.load(db)
  await renewRevocationLists(tools, act)
}

interface Renewal {
  readonly keys: readonly (Made['key'] & { readonly wrapped: Uint8Array<ArrayBuffer> })[]
  readonly certificates: readonly CertificateRow[]
}

/** The same name and the same key, so that what stands below it does not change (RFC 4210 §4.4 has other ways for other keys). */
async function renewedRoot({ keys }: RenewalTools, { own }: HouseCertificates, at: Instant): Promise<Renewal> {
  const { root } = own
  if (!keys.hasKey(root.keyId)) throw rootElsewhere()
  const id = newId('cer')
  const der = await issueCertificate(
    {
      profile: 'root',
      subject: root.subject,
      spki: root.spki,
      serial: newSerial(),
      notBefore: wholeSecond(later(at, -MINUTE)),
      notAfter: endOf('root', at),
    },
    await keys.signerOfKey(root.keyId!),
  )
  return {
    keys: [],
    certificates: [certificateRow({ id, purpose: 'root', subject: root.subject, der, keyId: root.keyId, issuerId: id, at })],
  }
}

const rootElsewhere = (): Refusal => new Refusal('unavailable', 'authority.root-elsewhere')

async function renewedBelow(
  tools: RenewalTools,
  house: HouseCertificates,
  at: Instant,
  purpose: Exclude<SigningPurpose, 'root'>,
): Promise<Renewal> {
  const { own: current, all } = house
  const signing = async ({ id, der, keyId }: HeldCertificate): Promise<Issuer> => {
    if (!tools.keys.hasKey(keyId)) throw rootElsewhere()
    return { id, der, signer: await tools.keys.signerOfKey(keyId!) }
  }
  const make = await maker(tools, house, at)
  if (purpose !== 'issuing')
    return kept(tools, [await make(purpose, await signing(current.issuing), nameInAddresses(all, current.issuing))])
  const issuing = await make('issuing', await signing(current.root), 'issuing')
  const signer = await signerOf(issuing.key.algorithm as KeyAlgorithm, issuing.pair.pkcs8)
  const own = await kept(tools, [issuing])
  const below = await belowNewIssuing(tools, house, { row: issuing.certificate, signer }, at)
  return { keys: [...own.keys, ...below.keys], certificates: [...own.certificates, ...below.certificates] }
}

type Issuer = NonNullable<MakingRequest['issuer']>

/** Seal, time stamps and status below an issuing authority that takes the place of the current one. Nothing is kept yet. */
export async function belowNewIssuing(
  tools: RenewalTools,
  house: HouseCertificates,
  { row, signer }: { readonly row: CertificateRow; readonly signer: Signer },
  at: Instant,
): Promise<Renewal> {
  const { own: current, all } = house
  const make = await maker(tools, house, at)
  const made: Made[] = []
  // What others issued for the house is not ours to replace.
  for (const wanted of BELOW_ISSUING)
    if (current[wanted].issuerId === current.issuing.id)
      made.push(await make(wanted, { id: row.id, der: row.der, signer }, nameOfNext(all)))
  return kept(tools, made)
}

/** Under the name and with the algorithm of the current one. */
async function maker({ db, config }: RenewalTools, { own: current }: HouseCertificates, at: Instant) {
  const origin = originsOf(config, await readSetting(db, 'installation')).public
  const algorithms = await algorithmsOf(db)
  return (wanted: SigningPurpose, issuer: Issuer, name: string): Promise<Made> =>
    makeCertificate({
      purpose: wanted,
      subject: current[wanted].subject,
      algorithm: algorithms.get(current[wanted].keyId) ?? 'ecdsa-p256',
      issuer,
      urls: published(origin, name),
      at,
    })
}

async function kept({ keys }: RenewalTools, made: readonly Made[]): Promise<Renewal> {
  const rows: Renewal['keys'][number][] = []
  for (const { purpose, pair, key } of made) rows.push({ ...key, wrapped: await keepKey(keys, purpose, key.id, pair.pkcs8) })
  return { keys: rows, certificates: made.map(({ certificate }) => certificate) }
}

async function algorithmsOf(db: Db): Promise<ReadonlyMap<string | null, KeyAlgorithm>> {
  const rows = await db.selectFrom('authorityKey').select(['id', 'algorithm']).where('purpose', '!=', 'audit').execute()
  return new Map(rows.map(({ id, algorithm }) => [id, algorithm as KeyAlgorithm]))
}

/** Those whose time has come and whose renewal gains something, from the issuing authority down. */
export async function dueForRenewal(db: Db, at: Instant): Promise<SigningPurpose[]> {
  const { own: current } = await readHouseCertificates(db)
  const due = (purpose: SigningPurpose): boolean => {
    const { notAfter, issuerId } = current[purpose]
    const issuer = purpose === 'issuing' ? current.root : current.issuing
    const isOurs = purpose === 'issuing' ? current.root.keyId !== null : issuerId !== null && current[purpose].keyId !== null
    const gain = Date.parse(endOf(purpose, at, issuer)) - Date.parse(notAfter)
    return isOurs && Date.parse(notAfter) - Date.parse(at) < WANTED[purpose] && gain >= LEAST_GAIN
  }
  if (due('issuing')) return ['issuing']
  return BELOW_ISSUING.filter((purpose) => current[purpose].issuerId === current.issuing.id && due(purpose))
}

/** The worker's part: renews by itself what can be renewed here. What needs the root where it is elsewhere waits for an administrator, who is warned. */
export async function renewDueCertificates(tools: RenewalTools, act: Act): Promise<readonly SigningPurpose[]> {
  const { current } = await readHouseCertificates(tools.db)
  const due = (await dueForRenewal(tools.db, act.at)).filter((purpose) => purpose !== 'issuing' || tools.keys.hasKey(current.root.keyId))
  for (const purpose of due) await renewCertificate(tools, act, purpose)
  return due
}
