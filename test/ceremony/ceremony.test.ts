import { expect, test } from 'bun:test'
import { DAY, HOUR, later, MINUTE } from '../../src/base/instant.ts'
import { findCeremony, recordOpening, redeemLink } from '../../src/ceremony/ceremony.ts'
import { consent } from '../../src/ceremony/consenting.ts'
import { decline } from '../../src/ceremony/declining.ts'
import { fieldsToFill, fill, missingOf } from '../../src/ceremony/filling.ts'
import { findFinished } from '../../src/ceremony/finished.ts'
import { askForLink } from '../../src/ceremony/lost-link.ts'
import { addMark, marksOf, typedPicture } from '../../src/ceremony/marks.ts'
import { findPreview, makePreview } from '../../src/ceremony/preview.ts'
import { confirm } from '../../src/ceremony/signing.ts'
import { correctRecipient } from '../../src/envelope/correcting.ts'
import { dispatch } from '../../src/envelope/dispatch.ts'
import { copyAsDraft } from '../../src/envelope/drafting.ts'
import { listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { fieldsOf } from '../../src/envelope/fields.ts'
import { moveDeadline } from '../../src/envelope/deadline.ts'
import { currentInvitation, invitationToken } from '../../src/envelope/invitation.ts'
import { openInPerson } from '../../src/envelope/in-person.ts'
import { renewLink } from '../../src/envelope/link-renewal.ts'
import { remind, remindTheSilent } from '../../src/envelope/reminding.ts'
import { vaultLinkSecret } from '../../src/envelope/vault-link.ts'
import { voidEnvelope } from '../../src/envelope/voiding.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf, ann, CLAIRE, draftFor, identify, MARIE, open, recipientAct, recipientNamed, send, sign } from '../support/signing.ts'

async function sent(house: TestHouse, people = [CLAIRE, MARIE]) {
  const user = await ann(house)
  const draft = await draftFor(house, user, people)
  await send(house, user, draft)
  return { user, id: draft.id, claire: await recipientNamed(house, draft.id, 'Claire') }
}
const statusOf = async ({ house }: TestHouse, id: string) =>
  (await house.db.selectFrom('envelope').select('status').where('id', '=', id).executeTakeFirstOrThrow()).status
const kindsTo = async ({ house }: TestHouse, address: string) =>
  (await house.db.selectFrom('message').select(['kind', 'status']).where('address', '=', address).orderBy('createdAt').execute()).map(
    ({ kind, status }) => `${kind} ${status}`,
  )

test('looking at a link changes nothing; its opening is recorded once', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire } = await sent(house)
  const { db, secretKey } = house.house
  const before = await db.selectFrom('auditLeaf').select('seq').execute()
  const invitation = (await currentInvitation(db, claire.id, house.house.clock()))!
  expect(await redeemLink(house.house, house.house.clock(), invitationToken(secretKey, invitation))).toMatchObject({ invitation })
  const ceremony = await open(house, claire.id)
  expect(ceremony.step).toBe('reading')
  expect(await db.selectFrom('auditLeaf').select('seq').execute()).toEqual(before)
  await recordOpening(db, recipientAct(house.house, claire.id), ceremony)
  await recordOpening(db, recipientAct(house.house, claire.id), ceremony)
  const opened = await db.selectFrom('auditLeaf').select('type').where('type', '=', 'ceremony.opened').execute()
  expect(opened).toHaveLength(1)
})

test('forged, unknown, revoked and expired links open nothing', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, user, id } = await sent(house)
  const { db, secretKey, clock } = house.house
  const invitation = (await currentInvitation(db, claire.id, clock()))!
  const token = invitationToken(secretKey, invitation)
  for (const bad of [
    '',
    'x',
    'inv_',
    `${invitation.id}.`,
    `${token}x`,
    token.slice(0, -1),
    `${invitation.id}.${'A'.repeat(43)}`,
    `inv_${'0'.repeat(20)}.${token.split('.')[1]}`,
    `${token}.x`,
  ])
    expect(await redeemLink(house.house, clock(), bad)).toBeNull()
  await renewLink(db, actOf(house.house, user), user, id, claire.id)
  expect(await redeemLink(house.house, clock(), token)).toBeNull()
  const fresh = invitationToken(secretKey, (await currentInvitation(db, claire.id, clock()))!)
  expect(await redeemLink(house.house, clock(), fresh)).not.toBeNull()
  expect(await redeemLink(house.house, later(clock(), 92 * DAY), fresh)).toBeNull()
})

test('terms, code, fields, mark, preview, signature: no step before the one ahead of it', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, id } = await sent(house)
  const { db, clock } = house.house
  const act = () => recipientAct(house.house, claire.id)
  const first = await open(house, claire.id)
  await expect(fill(db, act(), first, {})).rejects.toMatchObject({ reason: 'ceremony.not-identified' })
  await expect(makePreview(house.house, act(), first)).rejects.toMatchObject({ reason: 'ceremony.not-identified' })
  await expect(confirm(house.house, act(), first, '')).rejects.toMatchObject({ reason: 'ceremony.not-identified' })
  await expect(consent(house.house, act(), first, 'dis_other')).rejects.toMatchObject({ reason: 'ceremony.terms-changed' })

  const session = await identify(house, claire.id)
  const ceremony = await open(house, claire.id, session)
  const fields = await fieldsToFill(db, ceremony, clock())
  expect(fields.map(({ kind, value, auto }) => [kind, kind === 'date-signed' ? '' : value, auto])).toEqual([
    ['full-name', 'Claire Martin', false],
    ['date-signed', '', true],
    ['signature', '', false],
  ])
  expect(missingOf(fields).map(({ kind }) => kind)).toEqual(['signature'])
  await expect(makePreview(house.house, act(), ceremony)).rejects.toMatchObject({ reason: 'ceremony.incomplete', params: { count: 1 } })
  await expect(fill(db, act(), ceremony, { fld_other: 'x' })).rejects.toMatchObject({ reason: 'field.unknown' })
  await fill(db, act(), ceremony, { [fields[0]!.id]: '  Claire\u0000 A.   Martin ' })
  await addMark(house.house, act(), ceremony, { kind: 'signature', method: 'typed', text: 'Claire Martin', font: 'hand-dancing' })
  await expect(
    addMark(house.house, act(), ceremony, { kind: 'initials', method: 'typed', text: 'CM', font: 'hand-caveat' }),
  ).rejects.toMatchObject({ reason: 'mark.not-asked' })
  expect(Object.keys(await marksOf(db, claire.id))).toEqual(['signature'])
  expect(await findPreview(db, ceremony, clock())).toBeNull()
  await makePreview(house.house, act(), ceremony)
  const preview = (await findPreview(db, ceremony, clock()))!
  // What is filled in afterwards was not shown: the preview is gone.
  await fill(db, act(), ceremony, { [fields[0]!.id]: 'Claire Martin' })
  await expect(confirm(house.house, act(), ceremony, preview.confirmed)).rejects.toMatchObject({ reason: 'signature.document-moved-on' })
  await makePreview(house.house, act(), ceremony)
  const shown = (await findPreview(db, ceremony, clock()))!
  await expect(confirm(house.house, act(), ceremony, preview.confirmed)).rejects.toMatchObject({ reason: 'signature.document-moved-on' })
  const both = await Promise.allSettled([1, 2].map(() => confirm(house.house, act(), ceremony, shown.confirmed)))
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await open2(house, claire.id, session))?.step).toBe('signed')
  expect(await statusOf(house, id)).toBe('sent')
  const signed = await db.selectFrom('revision').select('kind').where('kind', '=', 'signed').execute()
  expect(signed).toHaveLength(1)
}, 30_000)

/** The ceremony after its end, by the newest invitation whatever became of it. */
async function open2({ house }: TestHouse, recipientId: string, session?: string) {
  const invitation = await house.db
    .selectFrom('invitation')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .orderBy('generation', 'desc')
    .executeTakeFirstOrThrow()
  const { invitationSecret } = await import('../../src/envelope/invitation.ts')
  return findCeremony(house, house.clock(), { invitationId: invitation.id, secret: invitationSecret(house.secretKey, invitation), session })
}

test('parallel signers: the slower one is shown the new state before they may confirm', async () => {
  await using house = await openTestHouse({ authority: true })
  const { id } = await sent(house, [CLAIRE, { ...MARIE, routingOrder: 1 }])
  const { db, clock } = house.house
  const [claire, marie] = [await recipientNamed(house, id, 'Claire'), await recipientNamed(house, id, 'Marie')]
  expect([claire.status, marie.status]).toEqual(['invited', 'invited'])
  const session = await identify(house, marie.id)
  const act = recipientAct(house.house, marie.id)
  let ceremony = await open(house, marie.id, session)
  await addMark(house.house, act, ceremony, { kind: 'signature', method: 'typed', text: 'Marie', font: 'hand-marck' })
  await makePreview(house.house, act, ceremony)
  const before = (await findPreview(db, ceremony, clock()))!
  await sign(house, claire.id)
  ceremony = await open(house, marie.id, session)
  expect(await findPreview(db, ceremony, clock())).toBeNull()
  await expect(confirm(house.house, act, ceremony, before.confirmed)).rejects.toMatchObject({ reason: 'signature.document-moved-on' })
  await makePreview(house.house, act, ceremony)
  await confirm(house.house, act, ceremony, (await findPreview(db, ceremony, clock()))!.confirmed)
  await house.drain()
  expect(await statusOf(house, id)).toBe('completed')
}, 30_000)

test('several documents, an approver and a witness: one confirmation signs all of them', async () => {
  await using house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const { CONTRACT } = await import('../support/signing.ts')
  const people = [
    { ...CLAIRE, firstName: 'Ada', role: 'approver' as const, email: 'ada@acme.example' },
    { ...CLAIRE, routingOrder: 2 },
    { ...MARIE, routingOrder: 3 },
    { ...MARIE, firstName: 'Wim', role: 'witness' as const, email: 'wim@client.example', routingOrder: 4 },
  ]
  const draft = await draftFor(house, user, people, [CONTRACT, CONTRACT])
  await send(house, user, draft)
  for (const { firstName } of people)
    await sign(house, (await recipientNamed(house, draft.id, firstName)).id).catch((error: unknown) => {
      throw new Error(firstName, { cause: error })
    })
  await house.drain()
  expect(await statusOf(house, draft.id)).toBe('completed')
  const signed = await house.house.db.selectFrom('revision').select('documentId').where('kind', '=', 'signed').execute()
  expect(signed).toHaveLength(8)
}, 60_000)

test('one no ends it for everybody, and everybody is told', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, id } = await sent(house)
  await sign(house, claire.id)
  const marie = await recipientNamed(house, id, 'Marie')
  const ceremony = await open(house, marie.id)
  await expect(decline(house.house, recipientAct(house.house, marie.id), ceremony, '  ')).rejects.toMatchObject({
    reason: 'envelope.reason-missing',
  })
  const { session } = await decline(house.house, recipientAct(house.house, marie.id), ceremony, 'The price is wrong')
  expect(await statusOf(house, id)).toBe('declined')
  expect((await open2(house, marie.id, session!))?.step).toBe('declined')
  expect(await open2(house, marie.id)).toBeNull()
  expect(await kindsTo(house, 'claire@acme.example')).toContain('declined waiting')
  expect(await kindsTo(house, 'marie@client.example')).not.toContain('declined waiting')
  expect(await kindsTo(house, 'ann@acme.example')).toEqual(['sender-signed withdrawn', 'sender-declined waiting'])
}, 30_000)

test('voiding and the deadline end it: links stop, what waits is withdrawn, whoever was asked is told', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db, clock } = house.house
  const one = await sent(house)
  await expect(voidEnvelope(db, actOf(house.house, one.user), one.user, one.id, '')).rejects.toMatchObject({
    reason: 'envelope.reason-missing',
  })
  await voidEnvelope(db, actOf(house.house, one.user), one.user, one.id, 'Wrong file')
  expect(await statusOf(house, one.id)).toBe('voided')
  expect(await open2(house, one.claire.id)).toBeNull()
  expect(await kindsTo(house, 'claire@acme.example')).toEqual(['invitation withdrawn', 'voided waiting'])
  await expect(voidEnvelope(db, actOf(house.house, one.user), one.user, one.id, 'again')).rejects.toMatchObject({ reason: 'envelope.over' })

  const two = await sent(house)
  await moveDeadline(db, actOf(house.house, two.user), two.user, two.id, later(clock(), 6 * MINUTE))
  await expect(moveDeadline(db, actOf(house.house, two.user), two.user, two.id, later(clock(), MINUTE))).rejects.toMatchObject({
    reason: 'envelope.deadline-too-soon',
  })
  house.wait(5 * MINUTE)
  await house.drain()
  expect(await statusOf(house, two.id)).toBe('sent')
  house.wait(2 * MINUTE)
  await house.drain()
  expect(await statusOf(house, two.id)).toBe('expired')
  expect(await kindsTo(house, 'ann@acme.example')).toContain('sender-expired waiting')
})

test('a recipient who has not acted is corrected: a new link to the new address, the old one and its sessions end', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, user, id } = await sent(house)
  const { db } = house.house
  const session = await identify(house, claire.id)
  const stranger = await open(house, claire.id, session)
  const correction = {
    firstName: 'Clara',
    lastName: 'Martin',
    email: 'clara@acme.example',
    phone: null,
    channel: 'email' as const,
    language: 'fr' as const,
  }
  await correctRecipient(db, actOf(house.house, user), user, id, claire.id, correction)
  await expect(fill(db, recipientAct(house.house, claire.id), stranger, {})).rejects.toMatchObject({ reason: 'ceremony.not-identified' })
  expect(await kindsTo(house, 'clara@acme.example')).toEqual(['corrected waiting'])
  expect((await open(house, claire.id)).step).toBe('reading')
  await sign(house, claire.id)
  await expect(correctRecipient(db, actOf(house.house, user), user, id, claire.id, correction)).rejects.toMatchObject({
    reason: 'recipient.has-acted',
  })
}, 30_000)

test('reminders: by the button, and by themselves as often as the envelope says', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, user, id } = await sent(house)
  const { db, clock } = house.house
  await remind(db, actOf(house.house, user), user, id, claire.id)
  await expect(remind(db, actOf(house.house, user), user, id, claire.id)).rejects.toMatchObject({ reason: 'recipient.reminded-lately' })
  expect(await remindTheSilent(db, later(clock(), 2 * DAY))).toBe(0)
  expect(await remindTheSilent(db, later(clock(), 3 * DAY + HOUR))).toBe(1)
  expect(await remindTheSilent(db, later(clock(), 4 * DAY))).toBe(0)
  for (let days = 7; days < 60; days += 3) await remindTheSilent(db, later(clock(), days * DAY))
  expect((await kindsTo(house, 'claire@acme.example')).filter((kind) => kind.startsWith('reminder'))).toHaveLength(10)
})

test('in person: the sender’s browser is let in, the sent link goes on to work, the record says so', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, user, id } = await sent(house)
  const { invitation, secret } = await openInPerson(house.house, actOf(house.house, user), user, id, claire.id)
  const ceremony = await findCeremony(house.house, house.house.clock(), { invitationId: invitation.id, secret, session: undefined })
  expect(ceremony?.step).toBe('reading')
  expect(await currentInvitation(house.house.db, claire.id, house.house.clock())).not.toBeNull()
  const trail = await house.house.db.selectFrom('auditLeaf').select('type').where('type', '=', 'invitation.in-person').execute()
  expect(trail).toHaveLength(1)
})

test('a lost link is sent anew to its own address alone, whatever was typed', async () => {
  await using house = await openTestHouse({ authority: true })
  await sent(house)
  const act = { actor: { kind: 'visitor' as const }, at: house.house.clock(), ip: '192.0.2.1', userAgent: null }
  for (const typed of ['CLAIRE@acme.example', 'nobody@acme.example', 'marie@client.example', 'not an address'])
    await askForLink(house.house, act, typed)
  await house.drain()
  // The link that worked goes on to work: whoever knows an address ends nothing.
  expect(await kindsTo(house, 'claire@acme.example')).toEqual(['invitation waiting', 'fresh-link waiting'])
  // It is not her turn yet.
  expect(await kindsTo(house, 'marie@client.example')).toEqual([])
})

test('the finished document’s link works for its days and then ends', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, id } = await sent(house)
  await sign(house, claire.id)
  await sign(house, (await recipientNamed(house, id, 'Marie')).id)
  await house.drain()
  const { db, secretKey, clock } = house.house
  const link = await db.selectFrom('vaultLink').selectAll().executeTakeFirstOrThrow()
  const token = `${link.id}.${vaultLinkSecret(secretKey, link)}`
  expect((await findFinished(house.house, clock(), token))?.documents).toHaveLength(1)
  expect(await findFinished(house.house, clock(), `${token}x`)).toBeNull()
  expect(await findFinished(house.house, later(clock(), 14 * DAY), token)).toBeNull()
  // Who lost it asks again: a new one, and the one before stops.
  await askForLink(house.house, { actor: { kind: 'visitor' }, at: clock(), ip: null, userAgent: null }, 'marie@client.example')
  await house.drain()
  expect((await kindsTo(house, 'marie@client.example')).filter((kind) => kind.startsWith('completed'))).toHaveLength(2)
}, 30_000)

test('typed marks are drawn in every script', () => {
  for (const text of ['Zoë Łukasz', 'Анна Каренина', 'محمد بن علي', '山田太郎', '王小明', '김민수', 'דנה לוי'])
    for (const font of ['hand-caveat', 'hand-serif'] as const) {
      const { svg, width } = typedPicture(text, font)
      expect(svg).toMatch(/ d="M[\d. -]+/)
      expect(width).toBeGreaterThan(30)
    }
})

test('what was declined is copied into a new draft with everything in it', async () => {
  await using house = await openTestHouse({ authority: true })
  const { claire, user, id } = await sent(house)
  const { db } = house.house
  await decline(house.house, recipientAct(house.house, claire.id), await open(house, claire.id), 'The price')
  expect(await statusOf(house, id)).toBe('declined')
  const copy = await copyAsDraft(db, actOf(house.house, user), user, id)
  const contents = async (envelopeId: string) => ({
    people: (await listRecipients(db, envelopeId)).map(({ firstName, role, routingOrder, email }) => ({
      firstName,
      role,
      routingOrder,
      email,
    })),
    documents: (await listDocuments(db, envelopeId)).map(({ title, sourceDigest }) => ({ title, sourceDigest })),
    fields: (await fieldsOf(db, { id: envelopeId })).map(({ kind, page, x, y, required }) => ({ kind, page, x, y, required })),
  })
  expect(copy.status).toBe('draft')
  expect(await contents(copy.id)).toEqual(await contents(id))
  await dispatch(house.house, actOf(house.house, user), user, copy.id, copy.version)
  await house.drain()
  expect(await statusOf(house, copy.id)).toBe('sent')
}, 60_000)
