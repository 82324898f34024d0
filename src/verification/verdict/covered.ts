import { type Bytes, concat } from '../../base/bytes.ts'
import { type Digest, type Digester, digestOf, type NewDigester } from '../../base/digest.ts'
import { PdfFault } from '../../pdf/fault.ts'
import type { ByteRange } from '../../pdf/signatures.ts'
import { type DigestAlgorithm, digestWith } from '../../pki/algorithm.ts'

const NOTHING = new Uint8Array(0)
/** How much may be copied for digests that cannot be computed in pieces. */
const MOST_COPIED = 768 * 1024 ** 2

/** Digests of the beginnings of a file and of what its signatures cover, all from one pass: every range begins at the file's first byte. */
export class Covered {
  private readonly bytes: Uint8Array
  private readonly prefixes = new Map<number, Digest>()
  private readonly states = new Map<number, Digester>()
  private copied = 0

  constructor(bytes: Uint8Array, ranges: readonly (ByteRange | undefined)[], ends: readonly number[], newDigester: NewDigester) {
    this.bytes = bytes
    const gaps = new Set(ranges.flatMap((range) => (range ? [range[1]] : [])))
    const wanted = new Set(ends)
    const digester = newDigester()
    let at = 0
    for (const mark of [...new Set([...gaps, ...wanted])].sort((a, b) => a - b)) {
      digester.update(bytes.subarray(at, mark))
      at = mark
      if (gaps.has(mark)) this.states.set(mark, digester.copy())
      if (wanted.has(mark)) this.prefixes.set(mark, digestOf(digester.copy().digest()))
    }
  }

  /** SHA-256 of everything before `end`, which was asked for at the beginning. */
  prefix(end: number): Digest {
    return this.prefixes.get(end)!
  }

  /** Of the bytes that a signature covers; empty where its byte range is none. */
  async digest(range: ByteRange | undefined, algorithm: DigestAlgorithm): Promise<Bytes> {
    if (!range) return NOTHING
    const tail = this.bytes.subarray(range[2], range[2] + range[3])
    if (algorithm === 'SHA-256') {
      const digester = this.states.get(range[1])!.copy()
      digester.update(tail)
      return digester.digest()
    }
    return digestWith(algorithm, this.content(range) ?? NOTHING)
  }

  /** A copy of it, null where there is none. PdfFault where a file of many signatures would have itself copied without end. */
  content(range: ByteRange | undefined): Bytes | null {
    if (!range) return null
    this.copied += range[1] + range[3]
    if (this.copied > MOST_COPIED) throw new PdfFault('read.too-much-to-hash')
    return concat([this.bytes.subarray(0, range[1]), this.bytes.subarray(range[2], range[2] + range[3])])
  }
}
