import type { VerificationReport } from './verdict/report.ts'

/**
 * A file that arrived with signatures of others and was signed and sealed here: nothing in it was changed, each signature of ours holds with its chain
 * and its time, and the seal is there for years. What the others’ signatures are worth is not ours to say; at the upload they were whole.
 */
export function isSoundContinuation(report: VerificationReport, ownFields: readonly string[]): boolean {
  const own = report.signatures.filter(({ field }) => ownFields.includes(field))
  return (
    report.answer !== 'changed' &&
    report.answer !== 'unreadable' &&
    report.faults.length === 0 &&
    own.length === ownFields.length &&
    own.every(({ indication, intact, trusted, level }) => indication === 'passed' && intact && trusted && level === 'B-LTA') &&
    report.signatures.at(-1)?.kind === 'time-stamp' &&
    report.signatures.at(-1)?.indication === 'passed'
  )
}
