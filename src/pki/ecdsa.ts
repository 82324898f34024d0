import { type Bytes, concat, fromHex } from '../base/bytes.ts'
import { integer, sequence } from './der.ts'
import { Der, DerFault } from './der-reader.ts'

/** r‖s, as WebCrypto gives it, to the SEQUENCE of RFC 3279 §2.2.3. */
export const toDer = (pair: Uint8Array): Bytes =>
  sequence(integer(pair.subarray(0, pair.length / 2)), integer(pair.subarray(pair.length / 2)))

export function fromDer(der: Uint8Array, size: number): Bytes {
  const fields = Der.read(der).fields()
  const pair = [fields.take(), fields.take()].map((number) => {
    const bytes = fromHex(number.integerHex())
    if (number.content[0]! & 0x80 || bytes.length > size) throw new DerFault('a number out of the curve')
    return concat([new Uint8Array(size - bytes.length), bytes])
  })
  fields.end()
  return concat(pair)
}
