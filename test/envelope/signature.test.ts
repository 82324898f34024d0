import { expect, test } from 'bun:test'
import { DAY, later } from '../../src/base/instant.ts'
import { currentInvitation, redeem, invitationToken } from '../../src/envelope/invitation.ts'
import { certificateEnd, recordDecline, recordSignature } from '../../src/envelope/signature.ts'
import {
  byRecipient,
  eventsOf,
  messagesOf,
  NOON,
  openTestDesk,
  SECRET,
  sentEnvelope,
  signedRevision,
  statusesOf,
  type TestDesk,
} from './support.ts'

const sign = (desk: TestDesk, id: string, number: number, at = NOON) =>
  desk.db
    .transaction()
    .execute((tx) => recordSignature(tx, byRecipient(id, at), { recipientId: id, revisions: signedRevision(number, id) }))
const envelopeStatus = async ({ db }: TestDesk) => (await db.selectFrom('envelope').select('status').executeTakeFirstOrThrow()).status

test('one signs, the next is invited by itself; after the last one the sealing is ordered, once', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk, [{ side: 'company', routingOrder: 1 }, { routingOrder: 2 }, { role: 'copy', routingOrder: 3 }])
  expect(await statusesOf(desk.db)).toEqual({ r1: 'invited', r2: 'waiting', r3: 'waiting' })
  await sign(desk, 'r1', 2)
  expect(await statusesOf(desk.db)).toEqual({ r1: 'signed', r2: 'invited', r3: 'waiting' })
  expect(await envelopeStatus(desk)).toBe('sent')
  await sign(desk, 'r2', 3)
  expect(await envelopeStatus(desk)).toBe('sealing')
  expect(await desk.db.selectFrom('job').select('payload').where('kind', '=', 'envelope.seal').execute()).toHaveLength(1)
  expect((await eventsOf(desk.db)).filter((type) => !type.startsWith('message.'))).toEqual([
    'recipient.invited',
    'ceremony.signed',
    'recipient.invited',
    'ceremony.signed',
    'envelope.sealing',
  ])
  expect(await messagesOf(desk.db)).toEqual([
    'invitation r1@client.example withdrawn',
    'invitation r2@client.example withdrawn',
    'sender-signed ann@acme.example',
  ])
})

test('of two who sign the same head, one is refused and nothing of theirs stays', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk, [{}, {}])
  const outcomes = await Promise.allSettled([sign(desk, 'r1', 2), sign(desk, 'r2', 2)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(Object.values(await statusesOf(desk.db)).sort()).toEqual(['invited', 'signed'])
  const other = (await statusesOf(desk.db))['r1'] === 'signed' ? 'r2' : 'r1'
  await sign(desk, other, 3)
  expect(await envelopeStatus(desk)).toBe('sealing')
})

test('nobody signs twice, out of turn, after the deadline or for another document', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk, [{ routingOrder: 1 }, { routingOrder: 2 }])
  await expect(sign(desk, 'r2', 2)).rejects.toThrow('recipient.not-their-turn')
  await expect(sign(desk, 'r1', 2, later(NOON, 30 * DAY))).rejects.toThrow('envelope.deadline-passed')
  await expect(sign(desk, 'r1', 3)).rejects.toThrow('signature.document-moved-on')
  await expect(
    desk.db.transaction().execute((tx) => recordSignature(tx, byRecipient('r1'), { recipientId: 'r1', revisions: new Map() })),
  ).rejects.toThrow('signature.document-moved-on')
  await sign(desk, 'r1', 2)
  await expect(sign(desk, 'r1', 3)).rejects.toThrow('signature.already-given')
  expect(await desk.db.selectFrom('revision').select('number').execute()).toHaveLength(3)
})

test('one no ends it for everybody: links die, the asked are told, and it stays ended', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk, [{ routingOrder: 1 }, { routingOrder: 2 }, { routingOrder: 3 }])
  await sign(desk, 'r1', 2)
  const link = invitationToken(SECRET, (await currentInvitation(desk.db, 'r2', NOON))!)
  await desk.db.transaction().execute((tx) => recordDecline(tx, byRecipient('r2'), { recipientId: 'r2', reason: 'Wrong price' }))
  expect(await envelopeStatus(desk)).toBe('declined')
  expect(await redeem(desk.db, SECRET, link, NOON)).toBeNull()
  expect((await messagesOf(desk.db)).filter((line) => !line.endsWith('withdrawn'))).toEqual([
    'declined r1@client.example',
    'sender-declined ann@acme.example',
  ])
  await expect(sign(desk, 'r2', 3)).rejects.toThrow('envelope.over')
  await expect(
    desk.db.transaction().execute((tx) => recordDecline(tx, byRecipient('r1'), { recipientId: 'r1', reason: 'x' })),
  ).rejects.toThrow('signature.already-given')
})

test('a signer’s certificate outlives the archive time stamp', () => {
  expect(certificateEnd({ deadline: later(NOON, 30 * DAY) }, NOON) > later(NOON, 365 * DAY)).toBe(true)
  expect(certificateEnd({ deadline: later(NOON, 500 * DAY) }, NOON)).toBe(later(NOON, 590 * DAY))
  expect(certificateEnd({ deadline: null }, NOON) > later(NOON, 365 * DAY)).toBe(true)
})
