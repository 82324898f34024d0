import { expect, test } from 'bun:test'
import type { Bytes } from '../../src/base/bytes.ts'
import { questionsOf } from '../../src/verification/questions.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
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
