import { type Bytes, equalBytes, randomBytes } from '../base/bytes.ts'
import { SHA256_IDENTIFIER } from './algorithm.ts'
import { integer, octets, sequence, yes } from './der.ts'
import { Der, DerFault } from './der-reader.ts'
import { readTimeStampToken } from './time-stamp.ts'

export interface TimeStampQuestion {
  /** TimeStampReq (RFC 3161 §2.4.1), asking for the certificate too. */
  readonly der: Bytes
  readonly imprint: Bytes
  /** The content of the INTEGER that the answer must repeat. */
  readonly nonce: Bytes
}

/** `imprint` is a SHA-256. */
export function askForTimeStamp(imprint: Bytes): TimeStampQuestion {
  const nonce = randomBytes(8)
  nonce[0] = (nonce[0]! & 0x3f) | 0x40
  return { der: sequence(integer(1), sequence(SHA256_IDENTIFIER, octets(imprint)), integer(nonce), yes()), imprint, nonce }
}

/** The token of a TimeStampResp. Throws a `DerFault` where it was not granted, or answers another question. */
export function readTimeStampAnswer(der: Uint8Array, { imprint, nonce }: TimeStampQuestion): Bytes {
  const fields = Der.read(der).fields()
  const status = fields.take(0x30).fields().take().integer()
  if (status !== 0 && status !== 1) throw new DerFault(`not granted (${status})`)
  const token = fields.take(0x30).bytes
  fields.end()
  const read = readTimeStampToken(token)
  if (read.imprintAlgorithm !== 'SHA-256' || !equalBytes(read.imprint, imprint)) throw new DerFault('another imprint')
  if (!equalBytes(nonceOf(read.cms.content!), nonce)) throw new DerFault('another nonce')
  return Uint8Array.from(token)
}

/** RFC 3161 §2.4.2: after the time come, each optional, accuracy, ordering, nonce. */
function nonceOf(info: Uint8Array): Bytes {
  const fields = Der.read(info).fields()
  for (let step = 0; step < 5; step++) fields.take()
  fields.optional(0x30)
  fields.optional(0x01)
  return Uint8Array.from(fields.optional(0x02)?.content ?? new Uint8Array())
}
