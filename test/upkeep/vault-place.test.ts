import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { keepChunksIn } from '../../src/store/place.ts'
import { s3Place } from '../../src/store/s3.ts'
import { examine } from '../../src/upkeep/doctor.ts'
import { listOutbound } from '../../src/upkeep/outbound.ts'
import { refuseWithoutPlace } from '../../src/upkeep/vault-place.ts'
import { findBackup } from '../../src/upkeep/backup/opening.ts'
import { verifyInside } from '../../src/upkeep/backup/verifying.ts'
import { listFaults } from '../../src/vault/faults.ts'
import { sweepEverything } from '../../src/vault/sweep.ts'
import { openS3, S3_KEY, type S3Server } from '../support/s3.ts'
import { ann, CLAIRE, draftFor, recipientNamed, send, sign } from '../support/signing.ts'
import { backUp, folderFor, houseOnDisk, PASSPHRASE } from './backup/support.ts'

let s3: S3Server
beforeAll(async () => {
  s3 = await openS3()
}, 30_000)
afterAll(() => s3?.[Symbol.asyncDispose]())

test('a contract from a bucket: while it is down nothing is signed and nothing is lost; afterwards all goes on', async () => {
  await using test = await houseOnDisk({ environment: { PARAPHE_VAULT_URL: s3.url, ...S3_KEY } })
  using backups = folderFor()
  const { db, config } = test.house
  keepChunksIn(db, s3Place(config.vault!, 5))
  const user = await ann(test)
  const envelope = await draftFor(test, user, [CLAIRE])
  await send(test, user, await findDraft(db, user, envelope.id))
  const claire = await recipientNamed(test, envelope.id, 'Claire')
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const revisions = () => db.selectFrom('revision').select('number').execute()
  const before = await revisions()

  await s3.stop()
  await expect(sign(test, claire.id)).rejects.toThrow('vault.unreachable')
  expect(await revisions()).toEqual(before)
  const document = await db.selectFrom('document').selectAll().where('envelopeId', '=', envelope.id).executeTakeFirstOrThrow()
  const answer = await browser.get(`/envelopes/${envelope.id}/documents/${document.id}/file`)
  expect([answer.status, answer.text.includes('does not answer at the moment')]).toEqual([503, true])
  const told = (await examine({ ...test.house, isLocked: () => false }, test.house.clock())).find(({ name }) => name === 'objects')
  expect(told).toMatchObject({ state: 'stop', facts: { place: expect.stringContaining('s3://vault/house') } })

  await s3.start()
  test.wait(60_000)
  await sign(test, claire.id)
  await test.drain()
  expect((await db.selectFrom('envelope').select('status').executeTakeFirstOrThrow()).status).toBe('completed')
  await sweepEverything(test.house)
  expect(await listFaults(db)).toEqual([])
  expect((await db.selectFrom('chunk').select('bytes').execute()).every(({ bytes }) => bytes.length === 0)).toBe(true)
  expect((await listOutbound(test.house)).map(({ kind, isEncrypted, isFixed }) => ({ kind, isEncrypted, isFixed }))).toContainEqual({
    kind: 'objects',
    isEncrypted: false,
    isFixed: true,
  })

  // A backup holds what the bucket holds, and opens without it.
  await backUp(test, backups.path)
  await s3.stop()
  expect(await verifyInside(backups.path, findBackup(backups.path), PASSPHRASE)).toMatchObject({ faults: [] })
  await s3.start()

  // What is kept there is not to be had without it, and the start says so.
  await refuseWithoutPlace(db, config, test.house.clock())
  const without = { ...config, vault: null }
  await expect(refuseWithoutPlace(db, without, test.house.clock())).rejects.toThrow('stored files are kept in s3://vault/house')
  await expect(refuseWithoutPlace(db, { ...config, vault: { ...config.vault!, bucket: 'other' } }, test.house.clock())).rejects.toThrow(
    'not in s3://other',
  )
  await db
    .updateTable('chunk')
    .set({ bytes: new Uint8Array([1]) })
    .execute()
  await refuseWithoutPlace(db, without, test.house.clock())
  closeSandbox()
}, 120_000)

test('the address of a bucket is read whole, or refused with what is wrong', () => {
  const read = (url: string, key: Record<string, string> = S3_KEY) => readConfig({ PARAPHE_VAULT_URL: url, ...key }).vault
  expect(read('s3://contracts')).toMatchObject({ bucket: 'contracts', prefix: '', endpoint: 'https://s3.us-east-1.amazonaws.com' })
  expect(read('s3://contracts/paraphe/one/?endpoint=https://minio.acme.example:9000&region=eu-west-3')).toEqual({
    bucket: 'contracts',
    prefix: 'paraphe/one',
    endpoint: 'https://minio.acme.example:9000',
    region: 'eu-west-3',
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
  })
  for (const [url, why] of [
    ['https://contracts', 'names no bucket'],
    ['s3:///prefix', 'names no bucket'],
    ['s3://id:secret@contracts', 'PARAPHE_VAULT_KEY_ID'],
    ['s3://contracts?style=virtual', 'does not know style'],
    ['s3://contracts?endpoint=ftp://x', 'endpoint is no web address'],
    ['s3://contracts/a%20b', 'its prefix has'],
  ] as const)
    expect(() => read(url)).toThrow(why)
  expect(() => read('s3://contracts', {})).toThrow('PARAPHE_VAULT_KEY_ID and PARAPHE_VAULT_SECRET are missing')
})
