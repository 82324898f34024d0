import { expect, test } from 'bun:test'
import { DAY, later } from '../../src/base/instant.ts'
import { createInvitation, currentInvitation, findInvitation, invitationToken, redeem } from '../../src/envelope/invitation.ts'
import { secretKeyOf } from '../../src/config/secret-key.ts'
import { NOON, openTestDesk, SECRET, sentEnvelope } from './support.ts'

test('the link opens its own invitation, and nothing else does', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk, [{}, {}])
  const [one, two] = await Promise.all(['r1', 'r2'].map((id) => currentInvitation(desk.db, id, NOON)))
  const token = invitationToken(SECRET, one!)
  expect((await redeem(desk.db, SECRET, token, NOON))?.recipientId).toBe('r1')
  const secret = token.split('.')[1]!
  for (const forged of [
    `${two!.id}.${secret}`,
    `${one!.id}.${secret.slice(0, -1)}`,
    `${one!.id}.`,
    one!.id,
    `${token}.x`,
    `${one!.id}.${secret.toUpperCase()}`,
    'inv_00000000000000000000.x',
    '',
  ])
    expect(await redeem(desk.db, SECRET, forged, NOON)).toBeNull()
  expect(await redeem(desk.db, secretKeyOf(new Uint8Array(32)), token, NOON)).toBeNull()
})

test('a link ends with the deadline, and with the next generation; one opened in person ends none', async () => {
  await using desk = await openTestDesk()
  const { envelope } = await sentEnvelope(desk)
  const first = (await currentInvitation(desk.db, 'r1', NOON))!
  const token = invitationToken(SECRET, first)
  expect(await redeem(desk.db, SECRET, token, later(NOON, 30 * DAY))).toBeNull()
  await desk.db.transaction().execute((tx) => createInvitation(tx, desk.act(), { id: 'r1' }, envelope, { inPerson: true }))
  expect(await redeem(desk.db, SECRET, token, NOON)).not.toBeNull()
  const second = await desk.db.transaction().execute((tx) => createInvitation(tx, desk.act(), { id: 'r1' }, envelope))
  expect(second.generation).toBe(3)
  expect(await redeem(desk.db, SECRET, token, NOON)).toBeNull()
  expect(await findInvitation(desk.db, first.id, NOON)).toBeNull()
  expect((await currentInvitation(desk.db, 'r1', NOON))?.id).toBe(second.id)
})

test('nothing that opens a link is in the database', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  const secret = invitationToken(SECRET, (await currentInvitation(desk.db, 'r1', NOON))!).split('.')[1]!
  for (const table of ['invitation', 'message', 'job', 'auditLeaf', 'auditClear'] as const)
    expect(JSON.stringify(await desk.db.selectFrom(table).selectAll().execute())).not.toContain(secret)
})
