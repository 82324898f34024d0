import { ADMINISTRATOR, SIGNATORY } from '../../src/access/rights.ts'
import { expect, test } from 'bun:test'
import { assignRoles } from '../../src/access/assigning.ts'
import { findUserByAddress } from '../../src/access/users.ts'
import { consent, currentTerms } from '../../src/ceremony/consenting.ts'
import { findCeremony } from '../../src/ceremony/ceremony.ts'
import { decline } from '../../src/ceremony/declining.ts'
import { addMark, stampsFor } from '../../src/ceremony/marks.ts'
import { findPreview, makePreview } from '../../src/ceremony/preview.ts'
import { confirm } from '../../src/ceremony/signing.ts'
import { correctRecipient } from '../../src/envelope/correcting.ts'
import { startDraft } from '../../src/envelope/drafting.ts'
import { openInPerson, openOwn } from '../../src/envelope/in-person.ts'
import { addRecipient } from '../../src/envelope/recipients.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf, ann, CLAIRE, draftFor, identify, MARIE, open, recipientAct, recipientNamed, send } from '../support/signing.ts'

const bob = async ({ house }: TestHouse) => (await findUserByAddress(house.db, 'bob@acme.example'))!
const reached = (email: string) => ({
  firstName: 'Claire',
  lastName: 'Martin',
  email,
  phone: null,
  channel: 'email' as const,
  language: 'en' as const,
})

test('nobody signs for the company under an address of the sender’s choosing', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const sender = await bob(house)
  const draft = await startDraft(db, actOf(house.house, sender), sender)
  const add = (email: string) => addRecipient(db, actOf(house.house, sender), sender, draft.id, { ...CLAIRE, email })
  await expect(add('private@mail.example')).rejects.toMatchObject({ reason: 'recipient.company-signer-unknown' })
  await expect(add('bob@acme.example')).rejects.toMatchObject({ reason: 'recipient.may-not-sign' })
  // One of the house who has the right stands there under their own name, whatever was typed.
  expect(await add('ANN@acme.example')).toMatchObject({ firstName: 'Ann', lastName: 'Archer', userId: (await ann(house)).id })
})

test('a correction is no way round: neither the right nor the person of the first address is kept', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const draft = await draftFor(house, user, [{ ...CLAIRE, email: 'ann@acme.example' }, MARIE])
  await send(house, user, draft)
  const { id } = await recipientNamed(house, draft.id, 'Ann')
  await expect(correctRecipient(db, actOf(house.house, user), user, draft.id, id, reached('bob@acme.example'))).rejects.toMatchObject({
    reason: 'recipient.may-not-sign',
  })
  // Wrongly addressed to a colleague, then put right: the colleague sees nothing of it any more.
  const other = await draftFor(house, user, [{ ...MARIE, email: 'bob@acme.example', routingOrder: 1 }])
  await send(house, user, other)
  const wrong = await recipientNamed(house, other.id, 'Marie')
  expect(wrong.userId).toBe((await bob(house)).id)
  await correctRecipient(db, actOf(house.house, user), user, other.id, wrong.id, { ...reached('marie@client.example'), firstName: 'Marie' })
  await expect(openOwn(house.house, actOf(house.house, await bob(house)), await bob(house), wrong.id)).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('a right withdrawn ends with the next step, whatever was begun under it', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db, clock } = house.house
  const user = await ann(house)
  const draft = await draftFor(house, user, [{ ...CLAIRE, email: 'ann@acme.example' }])
  await send(house, user, draft)
  const { id } = await recipientNamed(house, draft.id, 'Ann')
  const session = await identify(house, id)
  const act = recipientAct(house.house, id)
  const ceremony = await open(house, id, session)
  expect(await stampsFor(db, ceremony)).toEqual([])
  await addMark(house.house, act, ceremony, { kind: 'signature', method: 'typed', text: 'Ann', font: 'hand-serif' })
  await makePreview(house.house, act, ceremony)
  const { confirmed } = (await findPreview(db, ceremony, clock()))!
  const holder = { kind: 'user', id: user.id } as const
  await assignRoles(db, actOf(house.house, user), user, holder, [ADMINISTRATOR])
  await expect(confirm(house.house, act, ceremony, confirmed)).rejects.toMatchObject({ reason: 'recipient.may-not-sign' })
  await assignRoles(db, actOf(house.house, user), user, holder, [ADMINISTRATOR, SIGNATORY])
  await db.updateTable('user').set({ disabledAt: clock() }).where('id', '=', user.id).execute()
  await expect(makePreview(house.house, act, ceremony)).rejects.toMatchObject({ reason: 'recipient.may-not-sign' })
  expect(await db.selectFrom('revision').select('kind').where('kind', '=', 'signed').execute()).toEqual([])
})

test('a button pressed many times signs once, and everybody who pressed learns the same', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db, clock } = house.house
  const user = await ann(house)
  const draft = await draftFor(house, user)
  await send(house, user, draft)
  const { id } = await recipientNamed(house, draft.id, 'Claire')
  const act = recipientAct(house.house, id)
  const ceremony = await open(house, id, await identify(house, id))
  await addMark(house.house, act, ceremony, { kind: 'signature', method: 'typed', text: 'Claire', font: 'hand-serif' })
  await makePreview(house.house, act, ceremony)
  const { confirmed } = (await findPreview(db, ceremony, clock()))!
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => confirm(house.house, act, ceremony, confirmed)))
  const told = answers.map((answer) => (answer.status === 'fulfilled' ? 'signed' : (answer.reason as { reason: string }).reason))
  expect(told.filter((one) => one === 'signed')).toHaveLength(1)
  expect(new Set(told.filter((one) => one !== 'signed'))).toEqual(new Set(['signature.already-given']))
  expect(await db.selectFrom('certificate').select('id').where('purpose', '=', 'signer').execute()).toHaveLength(1)
})

test('on the sender’s own device nobody declines without the code', async () => {
  await using house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user)
  await send(house, user, draft)
  const { id } = await recipientNamed(house, draft.id, 'Claire')
  const { invitation, secret } = await openInPerson(house.house, actOf(house.house, user), user, draft.id, id)
  const ceremony = (await findCeremony(house.house, house.house.clock(), { invitationId: invitation.id, secret, session: undefined }))!
  await expect(decline(house.house, recipientAct(house.house, id), ceremony, 'No')).rejects.toMatchObject({
    reason: 'ceremony.not-identified',
  })
})

test('a holder of the link alone writes nothing over the consent of whoever was identified', async () => {
  await using house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user)
  await send(house, user, draft)
  const { id } = await recipientNamed(house, draft.id, 'Claire')
  await identify(house, id)
  const { consentedAt } = await recipientNamed(house, draft.id, 'Claire')
  house.wait(60_000)
  const thief = await open(house, id)
  await consent(house.house, recipientAct(house.house, id), thief, (await currentTerms(house.house.db, thief)).id)
  expect((await recipientNamed(house, draft.id, 'Claire')).consentedAt).toBe(consentedAt)
})

test('nobody signs under a colleague’s name at a number of the sender’s choosing: chosen, corrected, or changed before the dispatch', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const sender = await bob(house)
  const director = await ann(house)
  const other = { ...CLAIRE, email: 'ann@acme.example', phone: '+33611111111', channel: 'sms' as const }
  const refused = { reason: 'recipient.number-not-theirs', params: { name: 'Ann Archer' } }
  const draft = await draftFor(house, sender, [{ ...CLAIRE, email: 'ann@acme.example' }])
  const act = actOf(house.house, sender)
  await expect(addRecipient(db, act, sender, draft.id, other)).rejects.toMatchObject(refused)
  await db.updateTable('user').set({ phone: '+33622222222' }).where('id', '=', director.id).execute()
  await expect(addRecipient(db, act, sender, draft.id, other)).rejects.toMatchObject(refused)
  const row = db.updateTable('recipient').where('envelopeId', '=', draft.id)
  await row.set({ channel: 'sms', phone: '+33611111111' }).execute()
  await expect(send(house, sender, draft)).rejects.toMatchObject(refused)
  await row.set({ channel: 'email', phone: null }).execute()
  await send(house, sender, draft)
  const { id } = await recipientNamed(house, draft.id, 'Ann')
  const corrected = { ...reached('ann@acme.example'), phone: '+33611111111', channel: 'sms' as const }
  await expect(correctRecipient(db, act, sender, draft.id, id, corrected)).rejects.toMatchObject(refused)
  // At the number of the account it goes on.
  await correctRecipient(db, act, sender, draft.id, id, { ...corrected, phone: '+33622222222' })
  expect(await recipientNamed(house, draft.id, 'Ann')).toMatchObject({ phone: '+33622222222', channel: 'sms', userId: director.id })
})
