import type { Bytes } from '../../base/bytes.ts'
import type { Certificate } from '../../pki/certificate-reader.ts'
import { Der, DerFault } from '../../pki/der-reader.ts'

/**
 * The last time stamp's own bytes are covered by no signature. So that no bit of a file of ours can be turned unseen, what the
 * verification of a token does not look at must say what it has to: versions, digest lists, parameters, and no certificate beside its path.
 */
export function isPlainToken(token: Bytes, path: readonly Certificate[]): boolean {
  try {
    const data = Der.read(token).fields()
    data.take()
    const fields = data.take(0xa0).only().fields()
    if (fields.take().integer() !== 3) return false
    const digests = fields.take(0x31).children
    fields.take()
    const certificates = fields.optional(0xa0)?.children ?? []
    if (!certificates.every(({ bytes }) => path.some(({ der }) => same(der, bytes)))) return false
    const signer = fields.take(0x31).only().fields()
    fields.end()
    if (signer.take().integer() !== 1) return false
    signer.take()
    const digest = signer.take()
    signer.take(0xa0)
    const algorithm = signer.take(0x30)
    signer.take()
    signer.end()
    return digests.length === 1 && same(digests[0]!.bytes, digest.bytes) && [digest, algorithm].every(hasNoParameters)
  } catch (error) {
    if (error instanceof DerFault) return false
    throw error
  }
}

/** Absent, or NULL as RFC 4055 §2.1 has it. */
function hasNoParameters(identifier: Der): boolean {
  const [, parameters, ...more] = identifier.children
  return (
    more.length === 0 &&
    (parameters === undefined || (parameters.bytes.length === 2 && parameters.bytes[0] === 5 && parameters.bytes[1] === 0))
  )
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])
