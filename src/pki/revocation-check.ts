import { type Instant } from '../base/instant.ts'
import type { Certificate } from './certificate-reader.ts'
import { issuerHashes, type OcspResponse, responderOf } from './ocsp.ts'
import { isListOf, type RevocationList, same } from './revocation-list.ts'

export interface RevocationEvidence {
  readonly lists: readonly RevocationList[]
  readonly responses: readonly OcspResponse[]
}

export type RevocationCheck =
  | { readonly status: 'good'; readonly by: 'list' | 'ocsp'; readonly thisUpdate: Instant }
  | { readonly status: 'revoked'; readonly by: 'list' | 'ocsp'; readonly revokedAt: Instant; readonly reason: number }
  /** Nothing that speaks about this certificate at that moment. */
  | { readonly status: 'unknown' }

/**
 * What the evidence says about `certificate` at the moment `at`. Evidence counts when it was made later than `at`, or when it was
 * still current then. A revocation counts from its own time on; one for a compromised key counts whenever.
 */
export async function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  at: Instant,
  evidence: RevocationEvidence,
): Promise<RevocationCheck> {
  let found: RevocationCheck = { status: 'unknown' }
  for (const statement of [
    ...(await fromResponses(certificate, issuer, evidence.responses)),
    ...(await fromLists(certificate, issuer, evidence.lists)),
  ]) {
    const { by, thisUpdate, nextUpdate, revoked } = statement
    if (revoked && (revoked.at <= at || COMPROMISED.has(revoked.reason)))
      return { status: 'revoked', by, revokedAt: revoked.at, reason: revoked.reason }
    const counts = thisUpdate >= at || nextUpdate === null || nextUpdate >= at
    if (counts && found.status === 'unknown') found = { status: 'good', by, thisUpdate }
  }
  return found
}

const COMPROMISED: ReadonlySet<number> = new Set([1, 2])

interface Statement {
  readonly by: 'list' | 'ocsp'
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant | null
  readonly revoked: { readonly at: Instant; readonly reason: number } | null
}

async function fromResponses(certificate: Certificate, issuer: Certificate, responses: readonly OcspResponse[]): Promise<Statement[]> {
  const statements: Statement[] = []
  for (const response of responses)
    for (const { id, status, thisUpdate, nextUpdate } of response.answers) {
      if (id.serialHex !== certificate.serialHex || status.kind === 'unknown') continue
      const { issuerNameHash, issuerKeyHash } = await issuerHashes(issuer, id.hash)
      if (!same(issuerNameHash, id.issuerNameHash) || !same(issuerKeyHash, id.issuerKeyHash) || !(await responderOf(response, issuer)))
        continue
      const revoked = status.kind === 'revoked' ? { at: status.at, reason: Number(status.reason) } : null
      statements.push({ by: 'ocsp', thisUpdate, nextUpdate, revoked })
    }
  return statements
}

async function fromLists(certificate: Certificate, issuer: Certificate, lists: readonly RevocationList[]): Promise<Statement[]> {
  const statements: Statement[] = []
  for (const list of lists)
    if (await isListOf(list, issuer))
      statements.push({
        by: 'list',
        thisUpdate: list.thisUpdate,
        nextUpdate: list.nextUpdate,
        revoked: list.revoked.get(certificate.serialHex) ?? null,
      })
  return statements
}
