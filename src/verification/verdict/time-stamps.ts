import type { Instant } from '../../base/instant.ts'
import type { Bytes } from '../../base/bytes.ts'
import type { DigestAlgorithm } from '../../pki/algorithm.ts'
import { validatePath } from '../../pki/path.ts'
import { verifyTimeStampToken } from '../../pki/time-stamp.ts'
import type { Material } from './material.ts'
import type { TimeStampFacts } from './report.ts'

/** A moment proven by an authority that is trusted here. */
export interface Proof {
  readonly at: Instant
  readonly by: string
}

export interface JudgedStamp {
  readonly proof: Proof | null
  /** What it says, even where nothing is proven by it. */
  readonly facts: Omit<TimeStampFacts, 'over'> | null
  readonly faults: readonly string[]
}

/** `knownBy` is when the token itself is known to have existed: a later document time stamp, else now. */
export async function proofOf(
  token: Bytes,
  digestFor: (algorithm: DigestAlgorithm) => Promise<Bytes>,
  material: Material,
  knownBy: Instant,
): Promise<JudgedStamp> {
  const check = await verifyTimeStampToken(token, digestFor, material.read)
  const { at, certificate } = check
  const said = at && certificate ? { at, by: certificate.subject.commonName } : null
  const unproven = (faults: readonly string[]): JudgedStamp => ({
    proof: null,
    facts: said && { ...said, trusted: false },
    faults: faults.map((fault) => `time-stamp.${fault}`),
  })
  if (!check.sound || !said || !certificate) return unproven(check.faults.length ? check.faults : ['no-certificate'])
  if (said.at > knownBy) return unproven(['in-the-future'])
  const path = await validatePath({
    certificate,
    intermediates: [...check.certificates, ...material.certificates],
    roots: material.timeStampRoots,
    at: knownBy,
    purpose: 'tsa',
    revocationLists: material.revocationLists,
    ocspResponses: material.ocsps,
    requireRevocation: false,
  })
  if (path.indication !== 'passed') return unproven(path.reasons)
  return { proof: said, facts: { ...said, trusted: true }, faults: [] }
}
