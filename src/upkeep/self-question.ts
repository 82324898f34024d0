import { base64url, equalBytes, utf8 } from '../base/bytes.ts'
import { type Instant, MINUTE } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'

/** What a server sees of a request, told to nobody but itself. */
export interface Saw {
  readonly host: string
  /** Whom the record would name. */
  readonly client: string
  /** Who holds the connection. */
  readonly peer: string
  readonly encrypted: boolean
  readonly forwarded: boolean
  /** Whether the one who holds it is a proxy whose word counts. */
  readonly trusted: boolean
}

const proof = (secretKey: SecretKey, ...parts: readonly string[]): string => base64url(secretKey.authenticate('self', ...parts))

/** `time.proof`: nobody without the key of this installation can ask so. */
export const selfQuestion = (secretKey: SecretKey, at: Instant): string =>
  `${Date.parse(at)}.${proof(secretKey, 'question', String(Date.parse(at)))}`

/** Null where it was asked by somebody else, or long ago. */
export function answerSelf(secretKey: SecretKey, question: string, saw: Saw, at: Instant): string | null {
  const [time = '', sent = ''] = question.split('.')
  if (!equalBytes(utf8(sent), utf8(proof(secretKey, 'question', time))) || Math.abs(Date.parse(at) - Number(time)) > MINUTE) return null
  const told = JSON.stringify(saw)
  return JSON.stringify({ told, proof: proof(secretKey, 'answer', question, told) })
}

/** Null where another installation, or another program, answered. */
export function isOwnAnswer(secretKey: SecretKey, question: string, text: string): Saw | null {
  try {
    const { told, proof: sent } = JSON.parse(text) as { told: string; proof: string }
    return equalBytes(utf8(sent), utf8(proof(secretKey, 'answer', question, told))) ? (JSON.parse(told) as Saw) : null
  } catch {
    return null
  }
}
