import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { type Certificate, readCertificate } from './certificate-reader.ts'
import { OID } from './oid.ts'
import { type OcspResponse, readOcspResponse } from './ocsp.ts'
import { checkRevocation, type RevocationCheck } from './revocation-check.ts'
import { readable, readRevocationList, type RevocationList, same } from './revocation-list.ts'
import { checkSignature } from './signature.ts'

export type Purpose = 'signer' | 'seal' | 'tsa' | 'ocsp' | 'any'
export type Indication = 'passed' | 'indeterminate' | 'failed'

/** Of ETSI EN 319 102-1 §5.1.3, those that a path may end with. */
export type SubIndication =
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'OUT_OF_BOUNDS_NO_POE'
  | 'NOT_YET_VALID'
  | 'REVOKED'
  | 'REVOKED_NO_POE'
  | 'REVOKED_CA_NO_POE'
  | 'TRY_LATER'

/** As DER, or as it was read before: who judges many paths reads everything once. */
export interface PathRequest {
  readonly certificate: Uint8Array | Certificate
  readonly intermediates: readonly (Uint8Array | Certificate)[]
  /** What is trusted, byte by byte. */
  readonly roots: readonly (Uint8Array | Certificate)[]
  /** The moment at which it must hold: a proven time, or now. */
  readonly at: Instant
  /** False where `at` is only now: a revocation may be later than the signature then. */
  readonly isProven?: boolean
  readonly purpose: Purpose
  readonly revocationLists?: readonly (Uint8Array | RevocationList)[]
  readonly ocspResponses?: readonly (Uint8Array | OcspResponse)[]
  /** False where nothing can be known about revocation yet; what the evidence does say counts all the same. */
  readonly requireRevocation?: boolean
}

export interface PathVerdict {
  readonly indication: Indication
  readonly subIndication: SubIndication | null
  /** From the certificate to the trusted root, or as far as it went. */
  readonly chain: readonly Certificate[]
  /** For each certificate below the root. */
  readonly revocation: readonly RevocationCheck[]
  /** Stable names, worst first. */
  readonly reasons: readonly string[]
}

const LONGEST = 6
const MOST_STEPS = 200

/** RFC 5280 §6, without policies and name constraints: where those are critical, the path is refused. */
export async function validatePath(request: PathRequest): Promise<PathVerdict> {
  const [certificate] = readable([request.certificate], readCertificate)
  if (!certificate) return refused('indeterminate', 'CERTIFICATE_CHAIN_GENERAL_FAILURE', [], 'certificate-unreadable')
  const roots = readable(request.roots, readCertificate)
  const pool = [...roots, ...readable(request.intermediates.slice(0, 50), readCertificate)]
  const chain = await climb([certificate], pool, roots, { left: MOST_STEPS })
  if (!chain) return refused('indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND', [certificate], 'no-trusted-chain')
  const constraint = brokenConstraint(chain, request.purpose)
  if (constraint) return refused('indeterminate', 'CHAIN_CONSTRAINTS_FAILURE', chain, constraint)
  const evidence = {
    lists: readable(request.revocationLists ?? [], readRevocationList),
    responses: readable(request.ocspResponses ?? [], readOcspResponse),
  }
  const revocation: RevocationCheck[] = []
  for (const [at, one] of chain.slice(0, -1).entries())
    revocation.push(
      one.ocspNoCheck
        ? { status: 'good', by: 'ocsp', thisUpdate: request.at }
        : await checkRevocation(one, chain[at + 1]!, request.at, evidence),
    )
  const revoked = revocation.findIndex(({ status }) => status === 'revoked')
  if (revoked > 0) return { ...refused('indeterminate', 'REVOKED_CA_NO_POE', chain, 'authority-revoked'), revocation }
  if (revoked === 0) {
    const proven = request.isProven ?? true
    return { ...refused(proven ? 'failed' : 'indeterminate', proven ? 'REVOKED' : 'REVOKED_NO_POE', chain, 'revoked'), revocation }
  }
  if (chain.some(({ notBefore }) => request.at < notBefore))
    return { ...refused('failed', 'NOT_YET_VALID', chain, 'not-yet-valid'), revocation }
  if (chain.some(({ notAfter }) => request.at > notAfter))
    return { ...refused('indeterminate', 'OUT_OF_BOUNDS_NO_POE', chain, 'expired'), revocation }
  if ((request.requireRevocation ?? true) && revocation.some(({ status }) => status === 'unknown'))
    return { ...refused('indeterminate', 'TRY_LATER', chain, 'revocation-unknown'), revocation }
  return { indication: 'passed', subIndication: null, chain, revocation, reasons: [] }
}

const refused = (indication: Indication, subIndication: SubIndication, chain: readonly Certificate[], reason: string): PathVerdict => ({
  indication,
  subIndication,
  chain,
  revocation: [],
  reasons: [reason],
})

/** The first way up by names and signatures that ends in a trusted root. */
async function climb(
  chain: readonly Certificate[],
  pool: readonly Certificate[],
  roots: readonly Certificate[],
  steps: { left: number },
): Promise<Certificate[] | null> {
  const last = chain.at(-1)!
  if (roots.some(({ der }) => same(der, last.der))) return [...chain]
  if (chain.length === LONGEST) return null
  for (const issuer of pool) {
    if (!same(issuer.subjectDer, last.issuerDer) || chain.some(({ der }) => same(der, issuer.der))) continue
    if (last.akid && issuer.skid && !same(last.akid, issuer.skid)) continue
    // Certificates that all bear one name lead up in more ways than anybody can try.
    if (steps.left-- <= 0) return null
    const { signatureAlgorithm: algorithm, body: message, signature } = last
    if ((await checkSignature({ algorithm, spki: issuer.spki, message, signature })) !== 'valid') continue
    const found = await climb([...chain, issuer], pool, roots, steps)
    if (found) return found
  }
  return null
}

function brokenConstraint(chain: readonly Certificate[], purpose: Purpose): string | null {
  for (const [at, certificate] of chain.entries()) {
    if (certificate.unknownCritical.length) return 'critical-extension-unknown'
    if (at === 0) continue
    if (!certificate.isCa) return 'issuer-not-an-authority'
    if (certificate.keyUsage && !certificate.keyUsage.includes('keyCertSign')) return 'issuer-may-not-sign-certificates'
    if (certificate.pathLength !== null && at - 1 > certificate.pathLength) return 'path-too-long'
  }
  return mayBe(chain[0]!, purpose) ? null : 'purpose-wrong'
}

const ANY_PURPOSE = '2.5.29.37.0'
/** Old and national certificates for signing documents bear one of these, or none at all. */
const SIGNING: readonly string[] = [
  OID.documentSigning,
  OID.emailProtection,
  ANY_PURPOSE,
  '1.3.6.1.4.1.311.10.3.12',
  '1.2.840.113583.1.1.5',
  '1.3.6.1.5.5.7.3.2',
]

function mayBe(leaf: Certificate, purpose: Purpose): boolean {
  const purposes = leaf.extendedKeyUsage?.purposes
  if (purpose === 'any') return true
  if (purpose === 'tsa') return Boolean(leaf.extendedKeyUsage?.critical) && purposes?.length === 1 && purposes[0] === OID.timeStamping
  if (purpose === 'ocsp') return Boolean(purposes?.includes(OID.ocspSigning))
  if (leaf.keyUsage && !leaf.keyUsage.includes('digitalSignature') && !leaf.keyUsage.includes('nonRepudiation')) return false
  return !purposes || purposes.some((one) => SIGNING.includes(one))
}

/** Where only the bytes of a chain are wanted. */
export const chainBytes = (verdict: PathVerdict): Bytes[] => verdict.chain.map(({ der }) => der)
