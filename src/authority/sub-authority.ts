import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type Bytes, equalBytes } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { CertificateRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { KeyAlgorithm } from '../pki/algorithm.ts'
import { type Certificate, fingerprintOf, toPem } from '../pki/certificate.ts'
import { requestAuthority } from '../pki/certificate-request.ts'
import { generateKeyPair, signerOf } from '../pki/key.ts'
import { validatePath } from '../pki/path.ts'
import { same } from '../pki/revocation-list.ts'
import { type HeldCertificate, readHouseCertificates } from './certificates.ts'
import { certificatesIn } from './given.ts'
import { keepKey } from './key-store.ts'
import { COVER } from './lives.ts'
import { certificateRow } from './making.ts'
import { belowNewIssuing, type RenewalTools } from './renewal.ts'
import { renewRevocationLists } from './revocation-lists.ts'

const LABEL = 'CERTIFICATE REQUEST'

/**
 * A new key for an issuing authority below the company's own PKI, and the request that its authority signs (PEM). Until the answer comes the key
 * does nothing; a new request takes the place of one that was not answered.
 */
export async function requestSubAuthority({ db, keys }: RenewalTools, act: Act, algorithm: KeyAlgorithm): Promise<string> {
  const { issuing } = (await readHouseCertificates(db)).current
  const pair = await generateKeyPair(algorithm)
  const id = newId('key')
  const wrapped = await keepKey(keys, 'issuing', id, pair.pkcs8)
  const request = await requestAuthority(issuing.subject, pair.spki, await signerOf(algorithm, pair.pkcs8))
  pair.pkcs8.fill(0)
  const waiting = await waitingKeys(db)
  await db.transaction().execute(async (tx) => {
    for (const { id: old } of waiting)
      await tx.updateTable('authorityKey').set({ wrapped: null, retiredAt: act.at }).where('id', '=', old).execute()
    const row = { id, purpose: 'issuing' as const, algorithm, spki: pair.spki, wrapped, createdAt: act.at, retiredAt: null }
    await tx.insertInto('authorityKey').values(row).execute()
    await append(tx, act, { type: 'authority.sub-requested', detail: { algorithm } })
  })
  await keys.load(db)
  return toPem(request, LABEL)
}

/** Keys of requests that wait for their answer: those of an issuing authority without a certificate. */
const waitingKeys = (db: Db) =>
  db
    .selectFrom('authorityKey')
    .select(['id', 'spki', 'createdAt'])
    .where('purpose', '=', 'issuing')
    .where('wrapped', 'is not', null)
    .where('id', 'not in', db.selectFrom('certificate').select('keyId').where('keyId', 'is not', null).$castTo<{ keyId: string }>())
    .execute()

export const waitingSince = async (db: Db): Promise<Instant | null> => (await waitingKeys(db))[0]?.createdAt ?? null

/**
 * The company PKI's answer: our certificate and those above it, as PEM, DER or PKCS #7. Everything is checked before anything is kept; from then on
 * seal, time stamps and signers stand below it. What was issued before goes on below the house's own root.
 */
export async function adoptSubAuthority(tools: RenewalTools, act: Act, answer: Bytes): Promise<void> {
  const { db, keys } = tools
  const given = certificatesIn(answer, 10)
  if (!given.length) throw refused('unreadable')
  const waiting = await waitingKeys(db)
  const key = waiting.find(({ spki }) => given.some((one) => same(one.spki, spki)))
  const issuing = key && given.find((one) => same(one.spki, key.spki))
  if (!key || !issuing) throw refused('not-ours')
  if (!keys.hasKey(key.id)) throw new Refusal('unavailable', 'authority.locked')
  const chain = await pathOf(issuing, given, act.at)
  const house = await readHouseCertificates(db)
  const at = act.at > house.current.issuing.createdAt ? act.at : later(house.current.issuing.createdAt, 1)
  const rows = rowsOf(chain, house.all, key.id, at)
  const below = await belowNewIssuing(tools, house, { row: rows.at(-1)!, signer: await keys.signerOfKey(key.id) }, at)
  await db.transaction().execute(async (tx) => {
    if ((await readHouseCertificates(tx)).current.issuing.id !== house.current.issuing.id)
      throw new Refusal('conflict', 'authority.renewed-already')
    await tx.insertInto('authorityKey').values(below.keys).execute()
    for (const row of [...rows, ...below.certificates])
      await tx
        .insertInto('certificate')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    await append(tx, act, {
      type: 'authority.sub-adopted',
      detail: { serial: issuing.serialHex, root: await fingerprintOf(chain.at(-1)!.der) },
    })
  })
  await keys.load(db)
  await renewRevocationLists(tools, act)
}

const refused = (why: string): Refusal => new Refusal('invalid', `sub-authority.${why}`)

/** From our certificate up to the root that was given, each link checked; refused with what is missing. */
async function pathOf(issuing: Certificate, given: readonly Certificate[], at: Instant): Promise<readonly Certificate[]> {
  if (!issuing.isCa || issuing.extendedKeyUsage) throw refused('no-authority')
  if (issuing.keyUsage && !(issuing.keyUsage.includes('keyCertSign') && issuing.keyUsage.includes('cRLSign'))) throw refused('key-usage')
  if (issuing.unknownCritical.length) throw refused('constrained')
  const roots = given.filter(({ isCa, subjectDer, issuerDer }) => isCa && equalBytes(subjectDer, issuerDer))
  if (!roots.length) throw refused('root-missing')
  const path = await validatePath({
    certificate: issuing.der,
    intermediates: given.map(({ der }) => der),
    roots: roots.map(({ der }) => der),
    at,
    purpose: 'any',
    requireRevocation: false,
  })
  if (path.indication !== 'passed') throw refused(path.reasons.includes('path-too-long') ? 'path-length' : 'chain-broken')
  // RFC 5280 §4.2.1.9: there must be room for our own certificates below: counted as if one of them stood at the foot.
  for (const [index, { pathLength }] of path.chain.entries()) if (pathLength !== null && pathLength < index) throw refused('path-length')
  const end = path.chain.map(({ notAfter }) => notAfter).sort()[0]!
  if (end < later(at, COVER)) throw refused('too-short')
  return path.chain
}

/** From the root down. Authorities of others are kept as roots without a key: the topmost is the newest of them, and nothing rests on them here. */
function rowsOf(chain: readonly Certificate[], all: readonly HeldCertificate[], keyId: string, at: Instant): CertificateRow[] {
  // Those that an earlier answer brought are kept already.
  const ids = chain.map(({ der }) => all.find((one) => same(one.der, der))?.id ?? newId('cer'))
  return chain
    .map((one, index) =>
      certificateRow({
        id: ids[index]!,
        purpose: index ? 'root' : 'issuing',
        subject: one.subject,
        der: Uint8Array.from(one.der),
        keyId: index ? null : keyId,
        issuerId: ids[index + 1] ?? ids[index]!,
        at: later(at, index),
      }),
    )
    .reverse()
}
