import type { Digest } from '../base/digest.ts'
import type { Instant } from '../base/instant.ts'
import { type Question, questionsOf, type State, stateOf } from './questions.ts'
import type { RegisterEntry } from './register.ts'
import { type TimeKnown, timeKnownOf } from './time-known.ts'
import type { Answer, SignatureReport, VerificationReport } from './verdict/report.ts'

/** A report as every place shows it: the page, the PDF, the command line, the browser, the file that verifies by itself. */
export interface ShownReport {
  readonly report: VerificationReport
  /** Null: the register does not know the file; undefined: there was none to ask. */
  readonly register: RegisterEntry | null | undefined
  readonly questions: readonly Question[]
  readonly state: State
  /** The words of its answer: where others and people known here have signed one file, neither is passed over. */
  readonly told: Answer | 'foreign-partly' | 'encrypted' | 'empty'
  /** How the time of each signature is known, in their order. */
  readonly times: readonly TimeKnown[]
  /** Since when the document is annulled, where the file says what was signed: that goes before every other answer. */
  readonly annulledAt: Instant | null
  /** The digest in groups of four, as on paper. */
  readonly groups: string
}

/** `listed`: what revocation lists at hand say since; null where there is none, or none that speaks of the file. */
export const shown = (
  report: VerificationReport,
  register: RegisterEntry | null | undefined,
  listed: Question | null = null,
): ShownReport => ({
  report,
  register,
  questions: [...questionsOf(report, register), ...(listed && report.answer !== 'changed' ? [listed] : [])],
  state: listed?.state === 'stop' ? 'stop' : stateOf(report, register),
  told: toldOf(report),
  times: report.signatures.map(timeKnownOf),
  annulledAt: register?.state === 'annulled' && report.answer !== 'changed' ? (register.annulments.at(-1)?.at ?? null) : null,
  groups: grouped(report.digest),
})

function toldOf(report: VerificationReport): ShownReport['told'] {
  if (report.answer === 'unreadable')
    return report.size === 0 ? 'empty' : report.faults.includes('read.encrypted') ? 'encrypted' : 'unreadable'
  return isPartlyKnown(report) ? 'foreign-partly' : report.answer
}

const isPartlyKnown = ({ answer, signatures }: VerificationReport): boolean =>
  answer === 'foreign-intact' &&
  signatures.some(({ kind, trusted, indication }) => kind !== 'time-stamp' && trusted && indication === 'passed')

/** Groups of four, as on paper. */
export const grouped = (digest: Digest): string => digest.replace(/(.{4})(?!$)/g, '$1 ')

/** What the register is asked by: each beginning of the file that was a revision, and the whole. */
export const digestsOf = ({ revisions, digest }: VerificationReport): Digest[] => [...revisions.map((revision) => revision.digest), digest]

/** The last state inside a changed file that somebody's intact signature covers, if there is one: what its pages can be laid beside. */
export const lastIntact = (report: VerificationReport): SignatureReport | null =>
  (report.answer === 'changed' && report.signatures.findLast(({ intact, revision }) => intact && revision < report.revisions.length - 1)) ||
  null
