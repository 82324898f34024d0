/**
 * Judges signed PDFs that were judged by others before, and prints where we agree: `bun scripts/corpus-signed.ts FOLDER LIST.tsv`. The list has
 * a header line, then `file`, two columns about where it comes from, and what is expected: valid, valid-extended, modified, tampered,
 * malformed, disputed. For trying real documents; the product's own tests do not need them. Ends with 1 where a bad file passes or is told as intact.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../src/base/instant.ts'
import type { VerificationReport } from '../src/verification/verdict/report.ts'
import { verifyFile } from '../src/verification/verify-file.ts'

const [folder, list] = process.argv.slice(2)
if (!folder || !list) throw new Error('usage: bun scripts/corpus-signed.ts FOLDER LIST.tsv')

const INTACT: readonly VerificationReport['answer'][] = ['genuine', 'foreign-trusted', 'foreign-intact']
const isIntact = (report: VerificationReport): boolean => report.indication === 'passed' || INTACT.includes(report.answer)

/** Null where there is nothing to agree with. */
function agrees(expected: string, report: VerificationReport): boolean | null {
  if (expected.startsWith('valid')) return isIntact(report)
  return expected === 'disputed' ? null : !isIntact(report)
}

/** Why a file that others call valid is not called intact here. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/contents\.not-der/, 'its signature is BER with lengths that are not definite; ISO 32000-2 §12.8.3.3.1 has it in DER'],
  [/cms\.no-signed-attributes/, 'no signed attributes: nothing binds the certificate to the signature'],
  [/cms\.digest-weak/, 'a digest that proves nothing, or that is not judged here'],
  [/read\.encrypted/, 'encrypted'],
]

function reasonOf(report: VerificationReport): string {
  const faults = [...report.faults, ...report.signatures.flatMap((one) => one.faults.map((fault) => `${one.field}: ${fault}`))]
  const known = REASONS.filter(([pattern]) => faults.some((fault) => pattern.test(fault))).map(([, reason]) => reason)
  return known.length ? known.join('; ') : faults.join('; ')
}

const tally = new Map<string, { files: number; agreed: number }>()
let dangerous = 0
for (const line of readFileSync(list, 'utf8').trim().split('\n').slice(1)) {
  const [name = '', , , expected = ''] = line.split('\t')
  const start = performance.now()
  const report = await verifyFile(new Uint8Array(readFileSync(join(folder, name))), { roots: [], at: systemClock() })
  const time = `${Math.round(performance.now() - start)} ms`
  const agreed = agrees(expected, report)
  const counted = tally.get(expected) ?? { files: 0, agreed: 0 }
  tally.set(expected, { files: counted.files + 1, agreed: counted.agreed + (agreed ? 1 : 0) })
  if (agreed === false && !expected.startsWith('valid')) dangerous++
  const mark = agreed === null ? 'told   ' : agreed ? 'agreed ' : 'differs'
  const why = agreed === true ? '' : `\t${reasonOf(report)}`
  console.log(`${mark}\t${name}\t${expected}\t${report.answer}\t${report.indication}/${report.subIndication ?? '-'}\t${time}${why}`)
}
console.log('')
for (const [expected, { files, agreed }] of tally)
  console.log(expected === 'disputed' ? `${expected}: ${files} files, nothing to agree with` : `${expected}: ${agreed} of ${files} agreed`)
console.log(`bad files that pass or are told as intact: ${dangerous}`)
process.exit(dangerous ? 1 : 0)
