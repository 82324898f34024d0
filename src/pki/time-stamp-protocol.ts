import { type Bytes, utf8 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { digestAlgorithmOf } from './algorithm.ts'
import { bits, integer, sequence, tlv } from './der.ts'
import { Der, DerFault } from './der-reader.ts'
import type { Signer } from './signer.ts'
import { makeTimeStampToken } from './time-stamp.ts'

export interface Responder {
  readonly at: Instant
  readonly serial: Bytes
  readonly policy: string
  readonly certificate: Bytes
  readonly chain: readonly Bytes[]
  readonly signer: Signer
}

/** RFC 3161 §2.4.2: PKIFailureInfo. */
const FAILURES = { badAlg: 0, badRequest: 2, badDataFormat: 5, unacceptedPolicy: 15, unacceptedExtension: 16 } as const
type Failure = keyof typeof FAILURES

const DIGEST_SIZES = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } as const

/** The TimeStampResp for a TimeStampReq; what cannot be stamped is answered with the reason, never thrown. */
export async function answerTimeStampRequest(request: Uint8Array, responder: Responder): Promise<Bytes> {
  try {
    const asked = readRequest(request, responder.policy)
    if (typeof asked === 'string') return rejection(asked)
    const { certificate, chain, signer, at, serial, policy } = responder
    const token = await makeTimeStampToken({
      ...asked.stamp,
      at,
      serial,
      policy,
      certificate,
      chain: asked.wantsCertificates ? chain : null,
      signer,
    })
    return sequence(sequence(integer(0)), token)
  } catch (error) {
    if (error instanceof DerFault) return rejection('badDataFormat')
    throw error
  }
}

interface Asked {
  readonly stamp: { readonly imprintAlgorithm: Bytes; readonly imprint: Bytes; readonly nonce?: Bytes }
  readonly wantsCertificates: boolean
}

function readRequest(request: Uint8Array, ourPolicy: string): Asked | Failure {
  if (request.length > 4_096) return 'badDataFormat'
  const fields = Der.read(request).fields()
  if (fields.take().integer() !== 1) return 'badRequest'
  const stamped = fields.take().fields()
  const algorithm = stamped.take(0x30)
  const digest = digestAlgorithmOf(algorithm)
  const imprint = stamped.take().octets()
  const policy = fields.optional(0x06)?.oid()
  const nonce = fields.optional(0x02)
  const wantsCertificates = fields.optional(0x01)?.boolean() ?? false
  const extensions = fields.optional(0xa0)
  fields.end()
  if (!digest) return 'badAlg'
  if (imprint.length !== DIGEST_SIZES[digest]) return 'badDataFormat'
  if (policy && policy !== ourPolicy) return 'unacceptedPolicy'
  if (extensions) return 'unacceptedExtension'
  if (nonce && (nonce.content[0]! & 0x80 || nonce.content.length > 64)) return 'badRequest'
  return { stamp: { imprintAlgorithm: algorithm.bytes, imprint, ...(nonce ? { nonce: nonce.content } : {}) }, wantsCertificates }
}

function rejection(failure: Failure): Bytes {
  const at = FAILURES[failure]
  const flags = new Uint8Array((at >> 3) + 1)
  flags[at >> 3] = 0x80 >> (at & 7)
  return sequence(sequence(integer(2), sequence(tlv(0x0c, utf8(failure))), bits(flags, 7 - (at & 7))))
}
