import type { Instant } from '../../base/instant.ts'
import type { Bytes } from '../../base/bytes.ts'
import type { DigestAlgorithm } from '../../pki/algorithm.ts'
import { validatePath } from '../../pki/path.ts'
import { verifyTimeStampToken } from '../../pki/time-stamp.ts'
import type { Material } from './material.ts'

/** A moment proven by an authority that is trusted here. */
export interface Proof {
  readonly at: Instant
  readonly by: string
}

/** `knownBy` is when the token itself is known to have existed: a later document time stamp, else now. */
export async function proofOf(
  token: Bytes,
  digestFor: (algorithm: DigestAlgorithm) => Promise<Bytes>,
  material: Material,
  knownBy: Instant,
): Promise<{ readonly proof: Proof | null; readonly faults: readonly string[] }> {
  const check = await verifyTimeStampToken(token, digestFor)
  if (!check.sound || !check.at || !check.certificate) return { proof: null, faults: check.faults.map((fault) => `time-stamp.${fault}`) }
  if (check.at > knownBy) return { proof: null, faults: ['time-stamp.in-the-future'] }
  const path = await validatePath({
    certificate: check.certificate.der,
    intermediates: [...material.certificates, ...check.certificates.map(({ der }) => der)],
    roots: material.roots,
    at: knownBy,
    purpose: 'tsa',
    revocationLists: material.revocationLists,
    ocspResponses: material.ocsps,
    requireRevocation: false,
  })
  if (path.indication !== 'passed') return { proof: null, faults: path.reasons.map((reason) => `time-stamp.${reason}`) }
  return { proof: { at: check.at, by: check.certificate.subject.commonName }, faults: [] }
}
