import { type Bytes, concat } from '../../base/bytes.ts'
import type { NewDigester } from '../../base/digest.ts'
import type { ByteRange } from '../../pdf/signatures.ts'
import { type DigestAlgorithm, digestWith } from '../../pki/algorithm.ts'

const NOTHING = new Uint8Array(0)

/** Digest of the bytes that a signature covers. SHA-256 without a copy of the file; the rarer ones with. */
export async function coveredDigest(
  bytes: Uint8Array,
  range: ByteRange | undefined,
  algorithm: DigestAlgorithm,
  newDigester: NewDigester,
): Promise<Bytes> {
  if (!range) return NOTHING
  const parts = [bytes.subarray(0, range[1]), bytes.subarray(range[2], range[2] + range[3])]
  if (algorithm !== 'SHA-256') return digestWith(algorithm, concat(parts))
  const digester = newDigester()
  for (const part of parts) digester.update(part)
  return digester.digest()
}
