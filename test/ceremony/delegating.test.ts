import { expect, test } from 'bun:test'
import { trailOf } from '../../src/audit/trail.ts'
import { DAY } from '../../src/base/instant.ts'
import { findCeremony } from '../../src/ceremony/ceremony.ts'
import { type Delegate, delegate } from '../../src/ceremony/delegating.ts'
import { findEnded, findHandedOver } from '../../src/ceremony/ended.ts'
import { correctRecipient } from '../../src/envelope/correcting.ts'
import { changeDraft, findDraft } from '../../src/envelope/drafting.ts'
import { openInPerson } from '../../src/envelope/in-person.ts'
import { currentInvitation, invitationSecret } from '../../src/envelope/invitation.ts'
import { readObject } from '../../src/store/object.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { textOf } from '../support/pdf-text.ts'
import { actOf, ann, CLAIRE, draftFor, identify, MARIE, open, recipientAct, recipientNamed, send, sign } from '../support/signing.ts'

const LEA: Delegate = { firstName: 'Léa', lastName: 'Blanc', email: 'lea@client.example', phone: null, channel: 'email', language: 'fr' }
const person = (name: string): Delegate => ({ ...LEA, firstName: name, email: `${name.toLowerCase()}@client.example` })

async function sent(
  test: TestHouse,
  people = [
    { ...MARIE, routingOrder: 1 },
    { ...CLAIRE, routingOrder: 2 },
  ],
  delegation: 'nobody' | 'other' | 'everybody' = 'other',
) {
  const user = await ann(test)
  const draft = await draftFor(test, user, people)
  await changeDraft(test.house.db, actOf(test.house, user), user, draft.id, { delegation })
  await send(test, user, await findDraft(test.house.db, user, draft.id))
  return draft.id
}
const handOver = async (test: TestHouse, recipientId: string, to: Delegate, reason = 'on leave') => {
  // An hour later, or too many codes are asked for.
  test.wait(3_700_000)
  const session = await identify(test, recipientId)
  return delegate(test.house, recipientAct(test.house, recipientId), await open(test, recipientId, session), to, reason)
}
const kinds = async ({ house }: TestHouse, address: string) =>
  (await house.db.selectFrom('message').select(['kind', 'status']).where('address', '=', address).orderBy('createdAt').execute()).map(
    ({ kind, status }) => (status === 'withdrawn' ? `${kind} withdrawn` : kind),
  )

test('somebody else takes the place: the old link ends and tells it, the new person signs under their own name, the certificate says so', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db } = test.house
  const id = await sent(test)
  const marie = await recipientNamed(test, id, 'Marie')
  const before = (await currentInvitation(db, marie.id, test.house.clock()))!
  await handOver(test, marie.id, LEA)
  const lea = await recipientNamed(test, id, 'Léa')
  expect(lea).toMatchObject({ id: marie.id, status: 'invited', openedAt: null, consentedAt: null, identifiedAt: null, jobTitle: '' })
  expect(await kinds(test, 'lea@client.example')).toEqual(['delegated'])
  expect(await kinds(test, 'ann@acme.example')).toContain('sender-delegated')
  const held = { invitationId: before.id, secret: invitationSecret(test.house.secretKey, before), session: undefined }
  expect(await findCeremony(test.house, test.house.clock(), held)).toBeNull()
  expect(await findEnded(test.house, test.house.clock(), held)).toBeNull()
  expect(await findHandedOver(test.house, held)).toMatchObject({ to: 'Léa Blanc', reason: 'on leave' })
  expect(await findHandedOver(test.house, { ...held, secret: 'forged' })).toBeNull()
  test.wait(3_700_000)
  await sign(test, lea.id)
  const revision = await db.selectFrom('revision').select('objectDigest').where('recipientId', '=', lea.id).executeTakeFirstOrThrow()
  const text = (await textOf(await readObject(db, revision.objectDigest))).replace(/\s+/g, ' ')
  expect(text).toContain('Léa Blanc')
  expect(text).toContain('on leave')
  const { clear } = (await trailOf(db, id)).find(({ type }) => type === 'recipient.delegated')!
  expect(clear).toMatchObject({ from: 'Marie Dupont', name: 'Léa Blanc', reason: 'on leave' })
}, 60_000)

test('only where the sender lets it, only after the code, never on a lent device, never after having signed', async () => {
  await using test = await openTestHouse({ authority: true })
  const id = await sent(test, undefined, 'nobody')
  const marie = await recipientNamed(test, id, 'Marie')
  await expect(handOver(test, marie.id, LEA)).rejects.toMatchObject({ reason: 'delegation.not-allowed' })
  const other = await sent(test)
  const own = await recipientNamed(test, other, 'Marie')
  const reading = await open(test, own.id)
  await expect(delegate(test.house, recipientAct(test.house, own.id), reading, LEA, 'x')).rejects.toMatchObject({
    reason: 'ceremony.not-identified',
  })
  await expect(handOver(test, own.id, LEA, '  ')).rejects.toMatchObject({ reason: 'delegation.reason-missing' })
  const user = await ann(test)
  const { invitation } = await openInPerson(test.house, actOf(test.house, user), user, other, own.id)
  await expect(
    delegate(test.house, recipientAct(test.house, own.id), { ...(await open(test, own.id)), invitation }, LEA, 'x'),
  ).rejects.toMatchObject({ reason: 'delegation.not-allowed' })
  test.wait(3_700_000)
  const session = await sign(test, own.id)
  const invitationOf = await test.house.db
    .selectFrom('invitation')
    .selectAll()
    .where('recipientId', '=', own.id)
    .where('inPerson', '=', 0)
    .executeTakeFirstOrThrow()
  const signed = (await findCeremony(test.house, test.house.clock(), {
    invitationId: invitationOf.id,
    secret: invitationSecret(test.house.secretKey, invitationOf),
    session,
  }))!
  await expect(delegate(test.house, recipientAct(test.house, own.id), signed, LEA, 'x')).rejects.toMatchObject({
    reason: 'signature.already-given',
  })
  expect(await kinds(test, 'lea@client.example')).toEqual([])
}, 60_000)

test('nobody who takes part already, by address or number, and for the company only one of its people with the right', async () => {
  await using test = await openTestHouse({ authority: true })
  const id = await sent(test, [
    { ...MARIE, routingOrder: 1 },
    { ...CLAIRE, routingOrder: 2 },
    { ...MARIE, firstName: 'Noé', email: 'noe@client.example', phone: '+33612345678', role: 'copy' as const, routingOrder: 3 },
  ])
  const marie = await recipientNamed(test, id, 'Marie')
  for (const to of [
    { ...LEA, email: 'Claire@ACME.example' },
    { ...LEA, email: 'marie@client.example' },
    { ...LEA, email: null, phone: '+33612345678', channel: 'sms' as const },
  ])
    await expect(handOver(test, marie.id, to)).rejects.toMatchObject({ reason: 'delegation.already-there' })
  await expect(handOver(test, marie.id, { ...LEA, email: null })).rejects.toMatchObject({ reason: 'recipient.email-missing' })
  expect(await recipientNamed(test, id, 'Marie')).toMatchObject({ email: 'marie@client.example', status: 'invited' })

  const ours = await sent(test, [{ ...CLAIRE, routingOrder: 1 }, MARIE], 'everybody')
  const claire = await recipientNamed(test, ours, 'Claire')
  await expect(handOver(test, claire.id, LEA)).rejects.toMatchObject({ reason: 'recipient.company-signer-unknown' })
  await expect(handOver(test, claire.id, { ...LEA, email: 'bob@acme.example' })).rejects.toMatchObject({ reason: 'recipient.may-not-sign' })
  await handOver(test, claire.id, { ...LEA, email: 'ann@acme.example' })
  expect(await recipientNamed(test, ours, 'Ann')).toMatchObject({ lastName: 'Archer', userId: (await ann(test)).id })
  // Not by default: the company's own signer is not handed over unless the sender says so.
  const usual = await sent(test, [{ ...CLAIRE, routingOrder: 1 }, MARIE])
  await expect(handOver(test, (await recipientNamed(test, usual, 'Claire')).id, LEA)).rejects.toMatchObject({
    reason: 'delegation.not-allowed',
  })
}, 60_000)

test('three times in a row and no more; a correction by the sender begins anew, and two at once are one', async () => {
  await using test = await openTestHouse({ authority: true })
  const id = await sent(test)
  const { id: place } = await recipientNamed(test, id, 'Marie')
  for (const name of ['Ada', 'Bea', 'Cem']) await handOver(test, place, person(name))
  await expect(handOver(test, place, person('Dov'))).rejects.toMatchObject({ reason: 'delegation.too-often' })
  const user = await ann(test)
  await correctRecipient(test.house.db, actOf(test.house, user), user, id, place, person('Eva'))
  test.wait(DAY)
  const session = await identify(test, place)
  const ceremony = await open(test, place, session)
  const both = await Promise.allSettled(
    [person('Fay'), person('Gil')].map((to) => delegate(test.house, recipientAct(test.house, place), ceremony, to, 'x')),
  )
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  // Who is first is nobody's promise.
  const [taken, refused] = both[0]!.status === 'fulfilled' ? ['Fay', 'gil'] : ['Gil', 'fay']
  expect(await recipientNamed(test, id, taken!)).toMatchObject({ email: `${taken!.toLowerCase()}@client.example` })
  expect(await kinds(test, `${refused}@client.example`)).toEqual([])
  expect(await kinds(test, 'ada@client.example')).toContain('delegated withdrawn')
}, 60_000)
