import type { Instant } from '../../base/instant.ts'
import { formatsFor } from '../../view/formats.ts'
import { fill, type Language, words } from '../../view/words.ts'

export interface ChecklistFacts {
  readonly title: string
  readonly company: string
  readonly completedAt: Instant
  readonly documents: readonly { readonly documentId: string; readonly title: string }[]
  readonly people: readonly { readonly name: string; readonly role: 'signer' | 'approver' | 'witness' | 'copy' }[]
  /** Oldest first. */
  readonly annulments: readonly { readonly kind: 'annulled' | 'reinstated'; readonly at: Instant }[]
  /** SHA-256, lower-case hexadecimal. */
  readonly roots: readonly string[]
  /** SHA-256 of the SPKI of the log's key, lower-case hexadecimal. */
  readonly logKey: string
  readonly verifyUrl: string
  readonly timeZone: string
}

/** What is in the package, how it is checked with public tools, and what has to be compared by another way. Lines of at most 100 characters. */
export function checklist(language: Language, facts: ChecklistFacts): string {
  const { evidence, documents } = words(language)
  const formats = formatsFor(language, facts.timeZone)
  const [first] = facts.documents
  const declared = facts.annulments.map(({ kind, at }) => fill(evidence.declared[kind], { at: formats.exact(at) }))
  const standing = facts.annulments.at(-1)?.kind === 'annulled' ? [evidence.notInForce] : []
  return [
    ...[...standing, ...declared].map((line) => `!! ${line}`),
    ...(declared.length ? [''] : []),
    evidence.heading,
    '='.repeat(evidence.heading.length),
    '',
    fill(evidence.about, { title: facts.title, company: facts.company, at: formats.exact(facts.completedAt) }),
    ...facts.documents.map(({ documentId, title }) => `  ${documentId}  ${title}`),
    ...facts.people.map(({ name, role }) => `  ${name} (${documents.roles[role]})`),
    '',
    fill(evidence.body, {
      roots: facts.roots.map((fingerprint) => `     ${colons(fingerprint)}`).join('\n'),
      logKey: facts.logKey,
      verifyUrl: facts.verifyUrl,
      document: first?.documentId ?? '',
    }),
  ].join('\n')
}

/** On two lines, as certificate viewers spell it. */
const colons = (fingerprint: string): string => {
  const pairs = fingerprint.toUpperCase().match(/../g) ?? []
  return `${pairs.slice(0, 16).join(':')}:\n     ${pairs.slice(16).join(':')}`
}
