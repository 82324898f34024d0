import { expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { createAuthority } from '../../../src/authority/creating.ts'
import { DAY, instant, later, YEAR } from '../../../src/base/instant.ts'
import { enqueue } from '../../../src/jobs/queue.ts'
import { UPKEEP } from '../../../src/worker/handlers.ts'
import { ORIGIN, openTestHouse, type TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, CONTRACT, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'
import { completedEnvelope, packed, Unpacked } from './package.ts'

/** All that is good of a package, as verify.sh says it. */
async function expectGood(test_: TestHouse, envelopeId: string): Promise<string> {
  using it = new Unpacked(await packed(test_, envelopeId))
  const { status, said, faults } = it.judge()
  expect(faults).toEqual([])
  expect(status).toBe(0)
  return `${said}\n${it.files().join('\n')}`
}

test('eleven years on, stamped again under renewed authorities', async () => {
  await using house = await openTestHouse({ authority: true, from: later(instant(Date.now()), -11 * YEAR - DAY) })
  const { db, clock } = house.house
  const envelope = await completedEnvelope(house)
  for (let year = 0; year < 11; year++) {
    house.wait(YEAR)
    await db.transaction().execute((tx) => enqueue(tx, clock(), { kind: UPKEEP, payload: {}, key: UPKEEP }))
    await house.drain()
  }
  const said = await expectGood(house, envelope)
  expect(said).toContain('revision 6: the time stamp over the whole file')
  expect(said).toContain('revision 8: the time stamp over the whole file')
}, 180_000)

test('several documents, people who act at once, RSA keys', async () => {
  await using house = await openTestHouse({ realTime: true })
  await createAuthority(house.house, systemAct(house.house.clock()), {
    algorithm: 'rsa-3072',
    organization: 'Acme Ltd',
    country: 'FR',
    rootName: 'Acme Root',
    issuingName: 'Acme Issuing',
    sealName: 'Acme Ltd',
    keyProtection: 'key-file',
    publicOrigin: ORIGIN,
  })
  const user = await ann(house)
  const draft = await draftFor(
    house,
    user,
    [CLAIRE, { ...MARIE, routingOrder: 1 }, { ...MARIE, firstName: 'Zoë', email: 'zoe@client.example', role: 'copy' }],
    [CONTRACT, CONTRACT],
  )
  await send(house, user, draft)
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, draft.id, name)).id)
  await house.drain()
  const said = await expectGood(house, draft.id)
  expect(new Set(said.match(/documents\/[0-9A-Z-]{16}/g)).size).toBe(2)
}, 90_000)
