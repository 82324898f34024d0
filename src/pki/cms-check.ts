import { type Bytes, equalBytes } from '../base/bytes.ts'
import { type DigestAlgorithm, digestWith } from './algorithm.ts'
import type { Cms, CmsFault } from './cms-reader.ts'
import { checkSignature, type SignatureCheck } from './signature.ts'

export interface CmsCheck {
  /** The signed attributes hold the digest of what was signed. */
  readonly intact: boolean
  /** The certificate's key made this signature. */
  readonly signature: SignatureCheck
  /** Of reading and of checking; `verifyCms` says nothing of trust. */
  readonly faults: readonly CmsFault[]
}

/**
 * `digestFor` answers with the digest of the content that the signature is said to cover, `contentFor` with the content itself: without signed
 * attributes the signature is over that (RFC 5652 §5.4). Null or left out, such a signature is not judged.
 */
export async function verifyCms(
  cms: Cms,
  digestFor: (algorithm: DigestAlgorithm) => Promise<Bytes>,
  contentFor?: () => Bytes | null,
): Promise<CmsCheck> {
  const { signerCertificate: certificate, digestAlgorithm, messageDigest, named } = cms
  const faults = [...cms.faults]
  if (certificate && digestAlgorithm && faults.includes('no-signed-attributes')) {
    const message = contentFor?.()
    if (!message) return { intact: false, signature: 'unsupported', faults }
    const { signatureAlgorithm: algorithm, signatureValue: signature } = cms
    const result = await checkSignature({ algorithm, digestAlgorithm, spki: certificate.spki, message, signature })
    return { intact: result === 'valid', signature: result, faults }
  }
  if (!certificate || !digestAlgorithm || !messageDigest) return { intact: false, signature: 'unsupported', faults }
  const intact = equalBytes(await digestFor(digestAlgorithm), messageDigest)
  if (named && !(named.algorithm && equalBytes(await digestWith(named.algorithm, certificate.der), named.digest)))
    faults.push('signing-certificate-wrong')
  const { signatureAlgorithm: algorithm, signatureValue: signature, signedAttributes: message } = cms
  return { intact, signature: await checkSignature({ algorithm, digestAlgorithm, spki: certificate.spki, message, signature }), faults }
}
