import { fromBase64 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { readRevocationList } from '../pki/revocation-list.ts'
import type { Question } from './questions.ts'
import type { SignatureReport, VerificationReport } from './verdict/report.ts'

/** A revocation list that whoever verifies has at hand, beside those inside the file. */
export interface ListAtHand {
  /** The common name of its issuer. */
  readonly issuer: string
  readonly thisUpdate: Instant
  /** Serial in hexadecimal → since when. */
  readonly revoked: ReadonlyMap<string, { readonly at: Instant }>
}

/**
 * Whether such a list names a certificate of this file. One that was revoked after its proven use is still good for it (EN 319 102-1 §5.2.6);
 * null where no list speaks of any of them.
 */
export function listedIn(report: VerificationReport, lists: readonly ListAtHand[]): Question | null {
  const speaking = lists.filter(({ issuer }) => report.signatures.some(({ chain }) => chain.some((one) => one.issuer === issuer)))
  if (!speaking.length) return null
  const from = speaking.map(({ thisUpdate }) => thisUpdate).sort()[0]!
  const found = report.signatures.flatMap((one) => namedBy(one, speaking))
  const worst = found.find(({ isAfter }) => !isAfter) ?? found[0]
  if (!worst) return { question: 'listed', state: 'good', answer: 'none', params: { from } }
  const { name, at, isAfter } = worst
  return { question: 'listed', state: isAfter ? 'good' : 'stop', answer: isAfter ? 'after' : 'before', params: { name, at, from } }
}

function namedBy({ chain, provenAt }: SignatureReport, lists: readonly ListAtHand[]) {
  return chain.flatMap(({ name, issuer, serial }) =>
    lists
      .filter((list) => list.issuer === issuer)
      .flatMap(({ revoked }) => {
        const entry = revoked.get(serial)
        return entry ? [{ name, at: entry.at, isAfter: provenAt !== null && provenAt < entry.at }] : []
      }),
  )
}

/** A list as a page or a file carries it. */
export const listAtHand = ({ issuer, der }: { readonly issuer: string; readonly der: string }): ListAtHand => ({
  ...readRevocationList(fromBase64(der)),
  issuer,
})
