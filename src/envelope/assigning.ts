import type { Recipient } from './envelope.ts'
import { acts } from './naming.ts'
import { nameOf } from './telling.ts'
import { folded } from './text-tags.ts'

const OURS = new Set(['company', 'us', 'societe', 'entreprise', 'nous'])
const THEIRS = new Set(['client', 'them', 'other', 'autre', 'customer'])
const ROLES: Readonly<Record<string, Recipient['role']>> = {
  signer: 'signer',
  signataire: 'signer',
  approver: 'approver',
  approbateur: 'approver',
  witness: 'witness',
  temoin: 'witness',
}

/**
 * Whom a word means among those who act, in their order: `2`, `company`, `client2`, `witness`, or a name; null where it means nobody here. The word
 * is folded already.
 */
export function recipientMeant(who: string, recipients: readonly Recipient[]): Recipient | null {
  const people = recipients.filter(acts)
  const [, word = '', number = ''] = /^(.*?)-?(\d{0,3})$/.exec(who) ?? []
  const nth = Math.max(1, Number(number || 1)) - 1
  if (!word) return number ? (people[nth] ?? null) : null
  if (OURS.has(word)) return people.filter(({ side }) => side === 'company')[nth] ?? null
  if (THEIRS.has(word)) return people.filter(({ side }) => side === 'other')[nth] ?? null
  const role = ROLES[word]
  if (role) return people.filter((one) => one.role === role)[nth] ?? null
  return people.find((one) => [nameOf(one), one.email ?? ''].some((name) => name && folded(name) === who)) ?? null
}

/** The people of one envelope as those of another: the same side and role in the same order, else the same side, else the same place. */
export function counterparts(earlier: readonly Recipient[], now: readonly Recipient[]): Map<string, string> {
  const [before, here] = [earlier.filter(acts), now.filter(acts)]
  const found = new Map<string, string>()
  const used = new Set<string>()
  const match = (alike: (a: Recipient, b: Recipient) => boolean): void => {
    for (const one of before) {
      if (found.has(one.id)) continue
      const other = here.find((candidate) => !used.has(candidate.id) && alike(one, candidate))
      if (!other) continue
      found.set(one.id, other.id)
      used.add(other.id)
    }
  }
  match((a, b) => a.side === b.side && a.role === b.role)
  match((a, b) => a.side === b.side)
  match(() => true)
  return found
}
