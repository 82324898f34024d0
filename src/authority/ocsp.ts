import { type Bytes, equalBytes } from '../base/bytes.ts'
import { HOUR, type Instant, later } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { DerFault } from '../pki/der-reader.ts'
import {
  type CertificateId,
  issuerHashes,
  makeOcspResponse,
  type OcspAnswer,
  ocspRefusal,
  type OcspStatus,
  readOcspRequest,
  type RevocationReason,
} from '../pki/revocation.ts'
import type { Signer } from '../pki/signer.ts'
import { type HeldCertificate, listHouse } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'
import type { KeyStore } from './key-store.ts'

/** Answers whoever asks (RFC 6960): about certificates of our issuing authorities, the earlier ones too; of another's nothing is known here. */
export async function answerOcsp({ db, keys }: AuthorityTools, request: Uint8Array, at: Instant): Promise<Bytes> {
  if (keys.isLocked()) return ocspRefusal('try-later')
  try {
    const { ids, nonce } = readOcspRequest(request)
    const all = await listHouse(db)
    const issuer = await issuerOf(all, ids[0]!)
    const responder = issuer && responderFor(all, issuer, keys, at)
    if (!responder) return ocspRefusal('unauthorized')
    const answers: OcspAnswer[] = []
    for (const id of ids) {
      // One answer is signed by one responder: it speaks for one issuer.
      if ((await issuerOf(all, id))?.id !== issuer.id) return ocspRefusal('unauthorized')
      answers.push({ id, status: await statusOf(db, id.serialHex, issuer.id) })
    }
    const times = { producedAt: at, thisUpdate: at, nextUpdate: later(at, HOUR) }
    const signer: Signer = await keys.signerOfKey(responder.keyId!)
    return await makeOcspResponse({ answers, ...times, responder: responder.der, signer, ...(nonce ? { nonce } : {}) })
  } catch (error) {
    if (error instanceof DerFault) return ocspRefusal('malformed')
    throw error
  }
}

async function issuerOf(all: readonly HeldCertificate[], id: CertificateId): Promise<HeldCertificate | undefined> {
  for (const issuer of all.filter(({ purpose }) => purpose === 'issuing')) {
    const { issuerNameHash, issuerKeyHash } = await issuerHashes(issuer, id.hash)
    if (equalBytes(issuerNameHash, id.issuerNameHash) && equalBytes(issuerKeyHash, id.issuerKeyHash)) return issuer
  }
  return undefined
}

/** The newest status certificate below this very issuer: nobody else may speak for it (RFC 6960 §4.2.2.2). */
export const responderFor = (
  all: readonly HeldCertificate[],
  issuer: Pick<HeldCertificate, 'id'>,
  keys: KeyStore,
  at: Instant,
): HeldCertificate | undefined =>
  all.findLast(
    ({ purpose, issuerId, keyId, revokedAt, notAfter }) =>
      purpose === 'ocsp' && issuerId === issuer.id && !revokedAt && notAfter >= at && keys.hasKey(keyId),
  )

/** `good` only for a certificate that stands in the register under that issuer: a serial that we never gave is not vouched for. */
export async function statusOf(db: Db, serialHex: string, issuerId: string): Promise<OcspStatus> {
  const row = await db
    .selectFrom('certificate')
    .select(['revokedAt', 'revocationReason'])
    .where('serial', '=', serialHex)
    .where('issuerId', '=', issuerId)
    .executeTakeFirst()
  if (!row) return { kind: 'unknown' }
  return row.revokedAt
    ? { kind: 'revoked', at: row.revokedAt, reason: (row.revocationReason ?? 'unspecified') as RevocationReason }
    : { kind: 'good' }
}
