import { type Bytes, equalBytes } from '../base/bytes.ts'
import { HOUR, type Instant, later } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { readCertificate } from '../pki/certificate.ts'
import { DerFault } from '../pki/der-reader.ts'
import {
  issuerHashes,
  makeOcspResponse,
  type OcspAnswer,
  ocspRefusal,
  type OcspStatus,
  readOcspRequest,
  type RevocationReason,
} from '../pki/revocation.ts'
import { readCertificates } from './certificates.ts'
import type { AuthorityTools } from './creating.ts'

/** Answers whoever asks (RFC 6960): about certificates of the issuing authority; of another's nothing is known here. */
export async function answerOcsp({ db, keys }: AuthorityTools, request: Uint8Array, at: Instant): Promise<Bytes> {
  if (keys.isLocked()) return ocspRefusal('try-later')
  try {
    const { ids, nonce } = readOcspRequest(request)
    const { issuing, ocsp } = await readCertificates(db)
    const issuer = readCertificate(issuing)
    const answers: OcspAnswer[] = []
    for (const id of ids) {
      const { issuerNameHash, issuerKeyHash } = await issuerHashes(issuer, id.hash)
      const isOurs = equalBytes(issuerNameHash, id.issuerNameHash) && equalBytes(issuerKeyHash, id.issuerKeyHash)
      if (!isOurs) return ocspRefusal('unauthorized')
      answers.push({ id, status: await statusOf(db, id.serialHex) })
    }
    const times = { producedAt: at, thisUpdate: at, nextUpdate: later(at, HOUR) }
    return await makeOcspResponse({ answers, ...times, responder: ocsp, signer: await keys.signerFor('ocsp'), ...(nonce ? { nonce } : {}) })
  } catch (error) {
    if (error instanceof DerFault) return ocspRefusal('malformed')
    throw error
  }
}

/** `good` only for a certificate that stands in the register: a serial that we never gave is not vouched for. */
export async function statusOf(db: Db, serialHex: string): Promise<OcspStatus> {
  const row = await db
    .selectFrom('certificate')
    .select(['revokedAt', 'revocationReason'])
    .where('serial', '=', serialHex)
    .executeTakeFirst()
  if (!row) return { kind: 'unknown' }
  return row.revokedAt
    ? { kind: 'revoked', at: row.revokedAt, reason: (row.revocationReason ?? 'unspecified') as RevocationReason }
    : { kind: 'good' }
}
