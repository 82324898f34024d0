import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openAuthority } from '../../src/authority/authority.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { readObject } from '../../src/store/object.ts'
import { verifyUploaded } from '../../src/verification/uploaded.ts'
import { fieldsOf, signedByAll } from '../seal/installation.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { ann, CONTRACT, draftFor, recipientNamed, send, sign } from '../support/signing.ts'
import { readPdf } from '../../src/pdf/read.ts'

let test_: TestHouse
let file: Bytes
beforeAll(async () => {
  test_ = await openTestHouse({ authority: true, realTime: true })
  const { db } = test_.house
  const user = await ann(test_)
  const draft = await draftFor(test_, user)
  await send(test_, user, draft)
  for (const name of ['Claire', 'Marie']) await sign(test_, (await recipientNamed(test_, draft.id, name)).id)
  await test_.drain()
  const [document] = await listDocuments(db, draft.id)
  file = await readObject(db, (await headRevision(db, document!.id))!.objectDigest)
})
afterAll(async () => {
  closeSandbox()
  await test_[Symbol.asyncDispose]()
})
const verdict = async (bytes: Bytes) => {
  const { report, register } = await verifyUploaded(test_.house, bytes, test_.house.clock())
  const told: (string | null)[] = [report.answer, report.indication, report.subIndication, report.level]
  return { told, register }
}

test('1: untouched, known: passed, and issued by us', async () => {
  const { told, register } = await verdict(file)
  expect(told).toEqual(['genuine', 'passed', null, 'B-LTA'])
  expect(register).toMatchObject({ state: 'completed', found: { isExact: true, isLatest: true } })
})

test('2: untouched, by our authority, of an unknown digest: passed, and not in our register', async () => {
  const { db, config, keys } = test_.house
  const authority = await openAuthority({ db, keys })
  const signers = [{ name: 'S1', title: 'Marie Dupont' }]
  const revisions = await signedByAll({ db, config, authority }, CONTRACT, signers, fieldsOf('S1', 60))
  const { told, register } = await verdict(await readObject(db, revisions.at(-1)!.object.digest))
  expect(told).toEqual(['genuine', 'passed', null, 'B-LTA'])
  expect(register).toBeNull()
})

test('cut back: before the seal incomplete, from it on its lower level, and each time the register knows of more', async () => {
  const ends = (await readPdf(file)).revisions.map(({ end }) => end)
  const states = await Promise.all(ends.map((end) => verdict(file.slice(0, end))))
  expect(states.map(({ told }) => told)).toEqual([
    ['incomplete', 'indeterminate', 'SIGNED_DATA_NOT_FOUND', null],
    ...Array.from({ length: 3 }, () => ['incomplete', 'indeterminate', 'SIG_CONSTRAINTS_FAILURE', null]),
    ['genuine', 'passed', null, 'B-T'],
    ['genuine', 'passed', null, 'B-LT'],
    ['genuine', 'passed', null, 'B-LTA'],
  ])
  // The line end behind the prepared file is already the next revision's, so that the register does not know these bytes.
  expect(states.map(({ register }) => register?.found?.isLatest)).toEqual([undefined, ...Array.from({ length: 5 }, () => false), true])
})

test('changed: from which document it comes, and that it is not that document', async () => {
  const { told, register } = await verdict(Uint8Array.from([...file, 63]))
  expect(told.slice(0, 3)).toEqual(['changed', 'failed', 'FORMAT_FAILURE'])
  expect(register?.found?.isExact ?? false).toBe(false)
})
