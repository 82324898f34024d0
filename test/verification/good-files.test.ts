import { expect, test } from 'bun:test'
import { newDigester } from '../../src/store/digester.ts'
import { verifyPdf } from '../../src/verification/verdict/verify-pdf.ts'
import { goodFile, shapeOf } from './good-files.ts'
import { later, MINUTE } from '../../src/base/instant.ts'
import { NOW } from './sealed-file.ts'

/** `npm run mutations` makes 200. */
const FILES = Number(process.env['PARAPHE_GOOD_FILES'] ?? 14)

for (let number = 0; number < FILES; number++)
  test(`good file ${number}: ${Object.entries(shapeOf(number))
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')}`, async () => {
    const { file, revisions, authority } = await goodFile(number)
    const tools = { roots: [authority.root.certificate], newDigester, at: later(NOW, MINUTE) }
    const report = await verifyPdf(file, tools)
    expect([report.answer, report.indication, report.level, report.profile, report.faults]).toEqual([
      'genuine',
      'passed',
      'B-LTA',
      'ours',
      [],
    ])
    expect(report.signatures.flatMap(({ faults }) => faults)).toEqual([])
    // Cut back: before the seal it is incomplete, from it on it has that state's level, and white space changes nothing.
    const { renewals } = shapeOf(number)
    const seal = revisions.length - 3 - 2 * renewals
    const cut = await Promise.all([seal - 1, seal, seal + 1, seal + 2].map((at) => verifyPdf(revisions[at]!, tools)))
    expect(cut.map(({ answer, indication, level }) => [answer, indication, level])).toEqual([
      ['incomplete', 'indeterminate', null],
      ['genuine', 'passed', 'B-T'],
      ['genuine', 'passed', 'B-LT'],
      ['genuine', 'passed', 'B-LTA'],
    ])
    expect((await verifyPdf(Uint8Array.from([...file, 10, 13, 32]), tools)).answer).toBe('genuine')
  })
