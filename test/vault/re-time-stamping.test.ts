import { expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'
import { readHouseCertificates } from '../../src/authority/certificates.ts'
import { openKeyStore } from '../../src/authority/key-store.ts'
import { tendAuthority } from '../../src/authority/tending.ts'
import { armFailpoint } from '../../src/base/failpoint.ts'
import { DAY, instant, later, YEAR } from '../../src/base/instant.ts'
import { findEnvelope, listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import type { House } from '../../src/house.ts'
import { toPem } from '../../src/pki/certificate.ts'
import { readObject } from '../../src/store/object.ts'
import { ageingStamps, orderReTimeStamps, RE_TIME_STAMP, reTimeStamp } from '../../src/vault/re-time-stamping.ts'
import { registerEntryOf } from '../../src/verification/register.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { UPKEEP } from '../../src/worker/handlers.ts'
import { enqueue } from '../../src/jobs/queue.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { ann, draftFor, send, sign } from '../support/signing.ts'

/** Eleven years before the clock of the machine, so that other programs of today look at the file after its renewal. */
const THEN = later(instant(Date.now()), -11 * YEAR - DAY)

async function completed(test: TestHouse): Promise<string> {
  const draft = await draftFor(test, await ann(test))
  await send(test, await ann(test), draft)
  for (const { firstName } of (await listRecipients(test.house.db, draft.id)).slice()) {
    const recipient = (await listRecipients(test.house.db, draft.id)).find((one) => one.firstName === firstName)!
    await sign(test, recipient.id)
    await test.drain()
  }
  expect((await findEnvelope(test.house.db, draft.id)).status).toBe('completed')
  return (await listDocuments(test.house.db, draft.id))[0]!.id
}

/** The worker's round, and all that it orders. */
async function round(test: TestHouse): Promise<void> {
  const { house } = test
  await house.db.transaction().execute((tx) => enqueue(tx, house.clock(), { kind: UPKEEP, payload: {}, key: UPKEEP }))
  await test.drain()
}

const fileOf = async ({ db }: House, documentId: string) => readObject(db, (await headRevision(db, documentId))!.objectDigest)
const judged = async (house: House, pdf: Uint8Array, at = house.clock()) =>
  verifyFile(pdf, { roots: [(await readHouseCertificates(house.db)).current.root.der], at })

test('eleven years on, finished documents bear another time stamp before the first one ends, and old and new verify', async () => {
  await using test = await openTestHouse({ authority: true, from: THEN })
  const { house } = test
  const document = await completed(test)
  const old = await fileOf(house, document)
  const first = (await headRevision(house.db, document))!
  expect(first.proofUntil).toBe((await readHouseCertificates(house.db)).current.tsa.notAfter)
  for (let year = 0; year < 10; year++) {
    test.wait(YEAR)
    await round(test)
  }
  expect((await headRevision(house.db, document))!.number).toBe(first.number)
  expect((await judged(house, old)).answer).toBe('genuine')

  test.wait(YEAR)
  expect((await ageingStamps(house.db, house.clock())).due).toBe(1)
  await round(test)
  const head = (await headRevision(house.db, document))!
  expect([head.number, head.kind]).toEqual([first.number + 2, 'time-stamped'])
  // The root itself has nine years left.
  expect(Date.parse(head.proofUntil!)).toBeGreaterThan(Date.parse(later(house.clock(), 8 * YEAR)))
  expect(await ageingStamps(house.db, house.clock())).toMatchObject({ due: 0, ended: 0, first: head.proofUntil })
  // A second round finds nothing to do.
  await round(test)
  expect((await headRevision(house.db, document))!.number).toBe(head.number)

  const renewed = await fileOf(house, document)
  expect(Buffer.from(renewed.subarray(0, old.length)).equals(old)).toBe(true)
  const now = await judged(house, renewed)
  expect([now.answer, now.level, now.faults]).toEqual(['genuine', 'B-LTA', []])
  expect(now.signatures.filter(({ kind }) => kind === 'time-stamp')).toHaveLength(2)
  // After the end of the first time stamp the copy given out long ago proves no more; the renewed one does, until its own end.
  const twenty = later(THEN, 19 * YEAR)
  expect((await judged(house, old, twenty)).answer).toBe('uncertain')
  expect([(await judged(house, renewed, twenty)).answer, (await judged(house, renewed, twenty)).level]).toEqual(['genuine', 'B-LTA'])
  // What people signed is still proven by the first stamp, in the year in which they signed.
  for (const { kind, provenAt } of now.signatures) if (kind === 'approval') expect(provenAt!.slice(0, 4)).toBe(THEN.slice(0, 4))
  // The register knows that the old copy is not the last one.
  expect((await registerEntryOf(house.db, [first.objectDigest]))!.found).toMatchObject({ isExact: true, isLatest: false })
  expect((await registerEntryOf(house.db, [head.objectDigest]))!.found).toMatchObject({ isExact: true, isLatest: true })
  const told = await house.db.selectFrom('auditLeaf').select('entry').where('type', '=', 'document.time-stamped-again').execute()
  expect(told.map(({ entry }) => (JSON.parse(entry) as { detail: { digest: string } }).detail.digest)).toEqual([head.objectDigest])

  // A new contract under the renewed authority is whole as well.
  const another = await completed(test)
  expect((await judged(house, await fileOf(house, another))).answer).toBe('genuine')
  await judgedByOthers(house, renewed, await fileOf(house, another))
}, 180_000)

/** Today's programs, with the root alone. */
async function judgedByOthers(house: House, renewed: Uint8Array, fresh: Uint8Array): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-renewed-'))
  try {
    const nss = join(folder, 'nss')
    await mkdir(nss)
    await writeFile(join(folder, 'root.pem'), toPem((await readHouseCertificates(house.db)).current.root.der))
    await $`certutil -N -d sql:${nss} --empty-password`.quiet()
    await $`certutil -A -d sql:${nss} -n root -t CT,CT,CT -i ${join(folder, 'root.pem')}`.quiet()
    for (const [pdf, valid] of [
      [renewed, 4],
      [fresh, 4],
    ] as const) {
      const file = join(folder, 'file.pdf')
      await writeFile(file, pdf)
      expect((await $`qpdf --check ${file}`.nothrow().quiet()).exitCode).toBe(0)
      const told = await $`pdfsig -no-ocsp -nssdir ${nss} ${file}`.nothrow().text()
      expect(told.match(/Signature is Valid/g)?.length).toBeGreaterThanOrEqual(valid)
      expect(told).not.toMatch(/Signature is Invalid|Digest Mismatch/)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('with locked keys the stamp waits and is told; a document of which nothing was noted is read once', async () => {
  await using test = await openTestHouse({ authority: true, passphrase: 'lanterns drift over Tuesday', from: THEN })
  const { house } = test
  const document = await completed(test)
  await house.db.updateTable('revision').set({ proofUntil: null }).execute()
  expect(await orderReTimeStamps(house)).toBe(1)
  await test.drain()
  expect((await headRevision(house.db, document))!.proofUntil).not.toBeNull()
  expect(await orderReTimeStamps(house)).toBe(0)

  test.wait(11 * YEAR)
  const locked: House = { ...house, keys: await openKeyStore(house.keys.dataDirectory, house.db) }
  expect(await orderReTimeStamps(locked)).toBe(1)
  expect(reTimeStamp(locked, { document })).rejects.toMatchObject({ reason: 'authority.locked' })
  // Ordered again, it is one job.
  expect(await orderReTimeStamps(locked)).toBe(1)
  const jobs = await house.db.selectFrom('job').select('id').where('kind', '=', RE_TIME_STAMP).where('doneAt', 'is', null).execute()
  expect(jobs).toHaveLength(1)
  await tendAuthority(house, house.clock())
  // A crash before the commit leaves the document as it was; the job does it again.
  const before = await headRevision(house.db, document)
  armFailpoint('re-time-stamp.before-commit', () => {
    throw new Error('killed')
  })
  await expect(reTimeStamp(house, { document })).rejects.toThrow('killed')
  expect((await headRevision(house.db, document))!.number).toBe(before!.number)
  await round(test)
  expect((await headRevision(house.db, document))!.number).toBe(before!.number + 2)
  expect((await ageingStamps(house.db, house.clock())).due).toBe(0)

  test.wait(30 * YEAR)
  // Too late is said and not papered over.
  expect(await ageingStamps(house.db, house.clock())).toMatchObject({ due: 0, ended: 1 })
  expect(await orderReTimeStamps(house)).toBe(0)
}, 180_000)
