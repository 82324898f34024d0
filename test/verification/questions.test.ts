import { expect, test } from 'bun:test'
import { type Bytes, utf8 } from '../../src/base/bytes.ts'
import { instant } from '../../src/base/instant.ts'
import { listedIn } from '../../src/verification/listed.ts'
import { questionsOf } from '../../src/verification/questions.ts'
import { shown } from '../../src/verification/shown.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { encryptedPdf } from '../support/encrypted-pdf.ts'
import { NOW, sealedFile } from './sealed-file.ts'

test('of a file that was changed nothing is said that holds only of the document that was signed', async () => {
  const { file, authority } = await sealedFile()
  const answers = async (bytes: Bytes) =>
    questionsOf(await verifyFile(bytes, { roots: [authority.root.certificate], at: NOW }), null).map(({ question, answer, state }) => [
      question,
      answer,
      state,
    ])
  expect((await answers(file)).map(([question]) => question)).toEqual([
    'unchanged',
    'issued',
    'complete',
    'authority',
    'time',
    'revocation',
    'durable',
  ])
  const changed = file.slice()
  changed[700]! ^= 1
  expect(await answers(changed)).toEqual([
    ['unchanged', 'no', 'stop'],
    ['issued', 'unknown', 'wait'],
  ])
})

test('a revocation that came after the proven use is told, and the signature stays good; one before it stops', async () => {
  const { file, authority } = await sealedFile()
  const report = await verifyFile(file, { roots: [authority.root.certificate], at: NOW })
  const marie = report.signatures.find(({ kind }) => kind === 'approval')!
  const [leaf] = marie.chain
  const listed = (at: string) =>
    shown(
      report,
      null,
      listedIn(report, [{ issuer: leaf!.issuer, thisUpdate: NOW, revoked: new Map([[leaf!.serial, { at: instant(at) }]]) }]),
    )
  expect(listed('2036-01-01T00:00:00Z').questions.at(-1)).toMatchObject({ question: 'listed', answer: 'after', state: 'good' })
  expect(listed('2036-01-01T00:00:00Z').state).toBe('good')
  const before = listed('2000-01-01T00:00:00Z')
  expect([before.questions.at(-1)?.answer, before.state]).toEqual(['before', 'stop'])
})

test('an empty file and one behind a password are told as such', async () => {
  const told = async (bytes: Bytes) => shown(await verifyFile(bytes, { roots: [], at: NOW }), null).told
  expect(await told(new Uint8Array(0))).toBe('empty')
  expect(await told(utf8('%PDF-1.7\nhello'))).toBe('unreadable')
  expect(await told(await encryptedPdf((await sealedFile()).revisions[0]!, 'secret'))).toBe('encrypted')
})
