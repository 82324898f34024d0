import { expect, test } from 'bun:test'
import type { Bytes } from '../../src/base/bytes.ts'
import type { Instant } from '../../src/base/instant.ts'
import { newDigester } from '../../src/store/digester.ts'
import type { Answer, Indication, SubIndication, VerificationReport } from '../../src/verification/verdict/report.ts'
import { verifyPdf } from '../../src/verification/verdict/verify-pdf.ts'
import { declareAuthority } from '../pki/declared-authority.ts'
import { craftCms, plainHolder } from './crafted-cms.ts'
import { type Authority, NOW, type SealedFile, sealedFile } from './sealed-file.ts'

/** One authority, one sealed file of ours and one signing hand of others, for all cases. */
export interface Stage {
  readonly authority: Authority
  readonly sealed: SealedFile
  /** What a trusted signer makes over these bytes. */
  readonly hand: (covered: Bytes) => Promise<Bytes>
}

let made: Promise<Stage> | undefined
export const stage = (): Promise<Stage> =>
  (made ??= (async () => {
    const authority = await declareAuthority()
    const holder = plainHolder(authority.signer)
    const chain = [authority.issuing.certificate, authority.root.certificate]
    return { authority, sealed: await sealedFile('table', { authority }), hand: (covered) => craftCms({ covered, holder, chain }) }
  })())

type Verdict = readonly [Indication, SubIndication | null]

export interface Case {
  /** As they are counted in the list of cases. */
  readonly number: string
  readonly name: string
  readonly make: (stage: Stage) => Promise<Bytes>
  readonly expected: Verdict
  /** Where the list allows a second answer. */
  readonly or?: Verdict
  readonly answer?: Answer
  readonly at?: Instant
  /** Only for the signature that the case is about, where the whole says something worse of another one. */
  readonly also?: (report: VerificationReport) => void
}

export const FORMAT: Verdict = ['failed', 'FORMAT_FAILURE']

/** Every root of ours is also trusted for files of others, so that nothing is refused only for want of trust. */
export async function judge(file: Bytes, { authority }: Stage, at: Instant = NOW): Promise<VerificationReport> {
  const roots = [authority.root.certificate]
  return verifyPdf(file, { roots, newDigester, at })
}

export function tryCases(cases: readonly Case[]): void {
  for (const one of cases)
    test(`${one.number}: ${one.name}`, async () => {
      const report = await judge(await one.make(await stage()), await stage(), one.at)
      const told: Verdict = [report.indication, report.subIndication]
      const wanted = one.or ? [one.expected, one.or] : [one.expected]
      const what = [...report.faults, ...report.signatures.flatMap(({ field, faults }) => faults.map((fault) => `${field}: ${fault}`))]
      if (!wanted.some((verdict) => Bun.deepEquals(verdict, told)))
        throw new Error(`${told.join('/')}, not ${wanted.map((verdict) => verdict.join('/')).join(' or ')}: ${what.join('; ')}`)
      if (one.answer) expect(report.answer).toBe(one.answer)
      one.also?.(report)
    })
}
