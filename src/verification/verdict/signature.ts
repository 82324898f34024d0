import { equalBytes } from '../../base/bytes.ts'
import { type Digest, digestOf, type NewDigester } from '../../base/digest.ts'
import type { Instant } from '../../base/instant.ts'
import type { RevisionKind } from '../../pdf/changes.ts'
import type { PdfSignature } from '../../pdf/signatures.ts'
import { digestWith } from '../../pki/algorithm.ts'
import { algorithmText } from '../../pki/signature.ts'
import type { Certificate } from '../../pki/certificate-reader.ts'
import { type Cms, type CmsCheck, readCms, verifyCms } from '../../pki/cms.ts'
import { DerFault } from '../../pki/der-reader.ts'
import { type PathVerdict, validatePath } from '../../pki/path.ts'
import type { Covered } from './covered.ts'
import type { Material } from './material.ts'
import type { CertificateFacts, Indication, Level, SignatureReport, SubIndication, TimeStampFacts } from './report.ts'
import { isPlainToken } from './spelling.ts'
import { type Proof, proofOf } from './time-stamps.ts'

export interface SignatureQuestion {
  readonly covered: Covered
  readonly newDigester: NewDigester
  readonly signature: PdfSignature
  readonly material: Material
  /** The earliest document time stamp over this signature, all that are over it, and now. */
  readonly archived: Proof | null
  readonly archive: readonly TimeStampFacts[]
  readonly now: Instant
  readonly requireRevocation: boolean
  readonly ours: boolean
  readonly since: readonly RevisionKind[]
  readonly hasEvidence: boolean
}

type Outcome = { readonly indication: Indication; readonly subIndication: SubIndication | null }
const failed = (subIndication: SubIndication): Outcome => ({ indication: 'failed', subIndication })
const open = (subIndication: SubIndication): Outcome => ({ indication: 'indeterminate', subIndication })
const PASSED: Outcome = { indication: 'passed', subIndication: null }

const SUB_FILTERS: readonly string[] = ['ETSI.CAdES.detached', 'adbe.pkcs7.detached']
/** What makes a CMS something else than one detached signature (RFC 5652 §5). */
const MALFORMED: readonly string[] = ['padding-not-zero', 'content-attached', 'several-signers', 'attribute-twice', 'content-type-wrong']

export async function judgeSignature(question: SignatureQuestion): Promise<SignatureReport> {
  const { signature, covered, material, archived, now } = question
  const cms = readable(signature, material)
  const check =
    cms &&
    (await verifyCms(
      cms,
      (algorithm) => covered.digest(signature.byteRange, algorithm),
      () => covered.content(signature.byteRange),
    ))
  const knownBy = archived?.at ?? now
  const stamp = cms?.timeStampToken
    ? await proofOf(cms.timeStampToken, (algorithm) => digestWith(algorithm, cms.signatureValue), material, knownBy)
    : { proof: null, facts: null, faults: [] }
  const proof = stamp.proof ?? archived
  const path = cms?.signerCertificate ? await pathOf(question, cms, cms.signerCertificate, proof) : undefined
  const outcome = outcomeOf(question, cms, check, path, stamp.proof, stamp.faults)
  return {
    ...factsOf(question, cms, check, path),
    ...outcome,
    ...proven(proof),
    timeStamps: [...(stamp.facts ? [{ over: 'signature' as const, ...stamp.facts }] : []), ...question.archive],
    level: levelOf(stamp.proof, archived, question.hasEvidence),
    faults: faultsOf(signature, check, path, stamp.faults),
  }
}

/** A document time stamp is a signature of the authority over the file; its own time is what it proves. */
export async function judgeTimeStamp(
  question: SignatureQuestion,
): Promise<{ report: SignatureReport; proof: Proof | null; facts: TimeStampFacts | null }> {
  const { signature, covered, material, archived, now } = question
  const signatureFaults = [...signature.faults]
  const cms = readable(signature, material)
  const stamp = cms
    ? await proofOf(signature.der, (algorithm) => covered.digest(signature.byteRange, algorithm), material, archived?.at ?? now)
    : { proof: null, facts: null, faults: ['time-stamp.malformed'] }
  const { proof, faults } = stamp
  const path = cms?.signerCertificate ? await pathOf(question, cms, cms.signerCertificate, archived) : undefined
  if (question.ours && proof && !isPlainToken(signature.der, path?.chain ?? [])) signatureFaults.push('time-stamp.spelling')
  const broken = faults.some((fault) =>
    ['time-stamp.imprint-differs', 'time-stamp.signature-invalid', 'time-stamp.malformed'].includes(fault),
  )
  const outcome = signatureFaults.length
    ? failed('FORMAT_FAILURE')
    : faults.includes('time-stamp.imprint-differs')
      ? failed('HASH_FAILURE')
      : broken
        ? failed('SIG_CRYPTO_FAILURE')
        : proof
          ? PASSED
          : open((path?.subIndication as SubIndication | null | undefined) ?? 'TIMESTAMP_ORDER_FAILURE')
  const facts = factsOf(question, cms, undefined, path)
  const intact = !broken && signatureFaults.length === 0 && !faults.includes('time-stamp.signature-unsupported')
  const told = stamp.facts && { over: 'file' as const, ...stamp.facts }
  const timeStamps = [...(told ? [told] : []), ...question.archive]
  const report: SignatureReport = {
    ...facts,
    ...outcome,
    intact,
    ...proven(proof),
    timeStamps,
    level: 'B-T',
    faults: [...signatureFaults, ...faults],
  }
  return { report, proof: outcome.indication === 'passed' ? proof : null, facts: told }
}

function readable(signature: PdfSignature, { read }: Material): Cms | undefined {
  try {
    return signature.der.length ? readCms(signature.der, read) : undefined
  } catch (error) {
    if (error instanceof DerFault) return undefined
    throw error
  }
}

function pathOf(question: SignatureQuestion, cms: Cms, certificate: Certificate, proof: Proof | null): Promise<PathVerdict> {
  const { signature, material, requireRevocation, now } = question
  return validatePath({
    certificate,
    intermediates: [...cms.certificates, ...material.certificates],
    roots: signature.kind === 'time-stamp' ? material.timeStampRoots : material.roots,
    at: proof?.at ?? now,
    isProven: proof !== null,
    purpose: signature.kind === 'time-stamp' ? 'tsa' : signature.kind === 'approval' ? 'signer' : 'seal',
    revocationLists: material.revocationLists,
    ocspResponses: material.ocsps,
    requireRevocation: requireRevocation && signature.kind !== 'time-stamp',
  })
}

/** Format before arithmetic, arithmetic before trust: the first that fails is the answer (EN 319 102-1 §5.3). */
function outcomeOf(
  { signature, ours }: SignatureQuestion,
  cms: Cms | undefined,
  check: CmsCheck | undefined,
  path: PathVerdict | undefined,
  stamp: Proof | null,
  stampFaults: readonly string[],
): Outcome {
  if (signature.faults.length || !cms || !check) return failed('FORMAT_FAILURE')
  if (!SUB_FILTERS.includes(signature.subFilter)) return open('CRYPTO_CONSTRAINTS_FAILURE')
  const has = (...names: readonly string[]): boolean => check.faults.some((fault) => names.includes(fault))
  if (has(...MALFORMED)) return failed('FORMAT_FAILURE')
  if (has('no-signed-attributes') && check.signature === 'invalid') return failed('SIG_CRYPTO_FAILURE')
  if (has('no-signed-attributes', 'message-digest-missing')) return open('SIG_CONSTRAINTS_FAILURE')
  if (has('digest-weak')) return open('CRYPTO_CONSTRAINTS_FAILURE')
  if (has('signer-certificate-missing') || !path) return open('NO_SIGNING_CERTIFICATE_FOUND')
  if (!check.intact) return failed('HASH_FAILURE')
  if (check.signature === 'invalid') return failed('SIG_CRYPTO_FAILURE')
  if (check.signature === 'unsupported') return open('CRYPTO_CONSTRAINTS_FAILURE')
  if (has('signing-certificate-wrong') || (has('signing-certificate-missing') && (ours || signature.subFilter === 'ETSI.CAdES.detached')))
    return open('SIG_CONSTRAINTS_FAILURE')
  if (path.indication !== 'passed') return { indication: path.indication, subIndication: path.subIndication }
  if (stampFaults.length) return open('TIMESTAMP_ORDER_FAILURE')
  // Each signature of ours carries its own time stamp: without one it was never finished.
  return ours && !stamp ? open('SIG_CONSTRAINTS_FAILURE') : PASSED
}

function factsOf(
  { signature, since, material, newDigester }: SignatureQuestion,
  cms: Cms | undefined,
  check: CmsCheck | undefined,
  path: PathVerdict | undefined,
) {
  const own = cms?.signerCertificate
  const status = path?.revocation.map((one) => one.status) ?? []
  const revoked = path?.revocation.find((one) => one.status === 'revoked')
  const top = path?.chain.at(-1)
  const trusted =
    path !== undefined && path.subIndication !== 'NO_CERTIFICATE_CHAIN_FOUND' && path.subIndication !== 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  return {
    field: signature.field,
    kind: signature.kind,
    revision: signature.revision,
    subFilter: signature.subFilter,
    algorithm: own && cms ? algorithmText(cms.signatureAlgorithm, cms.digestAlgorithm, own.spki) : null,
    signer: own ? certificateFacts(own, newDigester) : null,
    chain: path?.chain.map((one) => certificateFacts(one, newDigester)) ?? [],
    trusted,
    authority: trusted && top ? whose(top, material) : null,
    intact:
      signature.faults.length === 0 &&
      check?.intact === true &&
      check.signature === 'valid' &&
      !check.faults.some((fault) => MALFORMED.includes(fault)),
    coverage: signature.coversFile ? ('file' as const) : signature.coversRevision ? ('revision' as const) : ('none' as const),
    claimedAt: signature.claimed.at ?? null,
    reason: signature.claimed.reason ?? null,
    revocation: status.includes('revoked')
      ? ('revoked' as const)
      : status.length && status.every((one) => one === 'good')
        ? ('good' as const)
        : ('unknown' as const),
    revokedAt: revoked?.status === 'revoked' ? revoked.revokedAt : null,
    permission: signature.permission ?? null,
    since,
  }
}

function whose({ der: root }: Certificate, { ownRoots, roots }: Material): SignatureReport['authority'] {
  const isAmong = (some: readonly Certificate[]): boolean => some.some(({ der }) => equalBytes(der, root))
  return isAmong(ownRoots) ? 'own' : isAmong(roots) ? 'other' : 'time-stamps'
}

const certificateFacts = (certificate: Certificate, newDigester: NewDigester): CertificateFacts => ({
  name: certificate.subject.commonName,
  organization: certificate.subject.organization ?? null,
  email: certificate.email,
  issuer: certificate.issuer.commonName,
  serial: certificate.serialHex,
  notBefore: certificate.notBefore,
  notAfter: certificate.notAfter,
  fingerprint: fingerprintOf(certificate.der, newDigester),
})

function fingerprintOf(der: Uint8Array, newDigester: NewDigester): Digest {
  const digester = newDigester()
  digester.update(der)
  return digestOf(digester.digest())
}

const proven = (proof: Proof | null): Pick<SignatureReport, 'provenAt' | 'provenBy'> => ({
  provenAt: proof?.at ?? null,
  provenBy: proof?.by ?? null,
})

function levelOf(stamp: Proof | null, archived: Proof | null, hasEvidence: boolean): Level {
  if (!stamp && !archived) return 'B-B'
  if (!hasEvidence) return 'B-T'
  return archived ? 'B-LTA' : 'B-LT'
}

function faultsOf(signature: PdfSignature, check: CmsCheck | undefined, path: PathVerdict | undefined, stamp: readonly string[]): string[] {
  const cms = check ? check.faults.map((fault) => `cms.${fault}`) : ['cms.unreadable']
  if (check && !check.intact) cms.push('cms.digest-differs')
  if (check && check.signature !== 'valid') cms.push(`cms.signature-${check.signature}`)
  return [...signature.faults, ...cms, ...(path?.reasons ?? []).map((reason) => `path.${reason}`), ...stamp]
}
