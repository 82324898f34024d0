import { expect, test } from 'bun:test'
import type { Bytes } from '../../src/base/bytes.ts'
import { HOUR, MINUTE } from '../../src/base/instant.ts'
import { addMark, markPicture, marksOf } from '../../src/ceremony/marks.ts'
import { drawOnPad, findPad, type HeldPad, offerPad, openPad, padPicture, padProgress } from '../../src/ceremony/phone-pad.ts'
import { correctRecipient } from '../../src/envelope/correcting.ts'
import { voidEnvelope } from '../../src/envelope/voiding.ts'
import { encodePng } from '../../src/image/png.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { bitmap } from '../support/picture.ts'
import { actOf, ann, CLAIRE, draftFor, identify, MARIE, open, recipientAct, recipientNamed, send } from '../support/signing.ts'

/** Ink of that size on a sheet without ground. */
const ink = (width: number, height: number): Bytes =>
  encodePng(bitmap(200, 100, (x, y) => (x >= 50 && x < 50 + width && y >= 30 && y < 30 + height ? [20, 30, 100] : [0, 0, 0, 0])))

async function atFields(test: TestHouse) {
  const user = await ann(test)
  const draft = await draftFor(test, user, [{ ...MARIE, routingOrder: 1 }, CLAIRE])
  await send(test, user, draft)
  const { id } = await recipientNamed(test, draft.id, 'Marie')
  const session = await identify(test, id)
  const ceremony = () => open(test, id, session)
  const act = () => recipientAct(test.house, id)
  const ask = async (): Promise<HeldPad> => {
    const { url } = await offerPad(test.house, act(), await ceremony(), 'signature')
    const [padId = '', secret] = url.slice(url.lastIndexOf('/') + 1).split('.')
    return { id: padId, secret, device: undefined }
  }
  const opened = async (held: HeldPad): Promise<HeldPad> => ({
    ...held,
    device: (await openPad(test.house, act(), held)).device ?? undefined,
  })
  return { user, draft, id, ceremony, act, ask, opened }
}
const now = (test: TestHouse) => test.house.clock()

test('drawn on a phone, shown on the computer, drawn again, used once', async () => {
  await using test = await openTestHouse({ authority: true })
  const { id, ceremony, act, ask, opened } = await atFields(test)
  const { db } = test.house
  const held = await ask()
  const progress = async () => padProgress(db, now(test), await ceremony(), held.id)
  expect(await progress()).toEqual({ state: 'waiting', drawing: 0 })
  // Nothing is drawn before somebody has the pad before them, and looking opens nothing.
  await expect(drawOnPad(test.house, act(), held, ink(40, 20))).rejects.toMatchObject({ reason: 'phone-pad.over' })
  expect((await findPad(db, now(test), held))?.pad.openedAt).toBeNull()
  const phone = await opened(held)
  expect(await progress()).toEqual({ state: 'opened', drawing: 0 })
  await drawOnPad(test.house, act(), phone, ink(40, 20))
  await drawOnPad(test.house, act(), phone, ink(80, 20))
  expect(await progress()).toEqual({ state: 'drawn', drawing: 2 })
  const picture = await padPicture(db, await ceremony(), held.id)
  // What the computer does not show any more is not used.
  const use = async (drawing: number) =>
    addMark(test.house, act(), await ceremony(), { kind: 'signature', method: 'phone', pad: { id: held.id, drawing } })
  await expect(use(1)).rejects.toMatchObject({ reason: 'phone-pad.moved-on' })
  const both = await Promise.allSettled([use(2), use(2)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const mark = (await marksOf(db, id)).signature!
  expect(mark.method).toBe('drawn')
  expect((await markPicture(db, await ceremony(), mark.id)).bytes).toEqual(picture)
  expect(await progress()).toMatchObject({ state: 'over' })
  await expect(drawOnPad(test.house, act(), phone, ink(40, 20))).rejects.toMatchObject({ reason: 'phone-pad.over' })
  const types = await db.selectFrom('auditLeaf').select('type').where('type', 'like', 'ceremony.phone%').orderBy('seq').execute()
  expect(types.map(({ type }) => type)).toEqual([
    'ceremony.phone-asked',
    'ceremony.phone-opened',
    'ceremony.phone-drawn',
    'ceremony.phone-drawn',
  ])
}, 40_000)

test('the secret is not kept; forged, late, replaced, on another phone or in another session it is worth nothing', async () => {
  await using test = await openTestHouse({ authority: true })
  const { id, ceremony, ask, opened, act } = await atFields(test)
  const { db } = test.house
  const first = await ask()
  expect(JSON.stringify(await db.selectFrom('phonePad').selectAll().execute())).not.toContain(first.secret!)
  expect(await findPad(db, now(test), { ...first, secret: `${first.secret}x` })).toBeNull()
  expect(await findPad(db, now(test), { ...first, secret: undefined })).toBeNull()
  expect(await findPad(db, now(test), { ...first, id: 'pad_00000000000000000000' })).toBeNull()
  // Two phones at once: one of them has it.
  const both = await Promise.allSettled([opened(first), opened(first)])
  const got = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(got.length).toBe(1)
  expect(await findPad(db, now(test), first)).toBeNull()
  expect(await findPad(db, now(test), got[0]!)).not.toBeNull()
  const second = await ask()
  expect(await findPad(db, now(test), got[0]!)).toBeNull()
  // Another browser of the same person has another session.
  test.wait(31_000)
  const other = await open(test, id, await identify(test, id))
  await expect(padProgress(db, now(test), other, second.id)).rejects.toMatchObject({ code: 'not_found' })
  const phone = await opened(second)
  test.wait(10 * MINUTE)
  expect(await findPad(db, now(test), phone)).toBeNull()
  expect(await padProgress(db, now(test), await ceremony(), second.id)).toMatchObject({ state: 'over' })
  await expect(openPad(test.house, act(), await ask().then((held) => ({ ...held, secret: 'x' })))).rejects.toMatchObject({ code: 'gone' })
}, 40_000)

test('over with the session, the correction, the withdrawal; asked for too often it is refused, and a blank page is told', async () => {
  await using test = await openTestHouse({ authority: true })
  const { user, draft, id, ceremony, ask, opened, act } = await atFields(test)
  const { db } = test.house
  const phone = await opened(await ask())
  await expect(drawOnPad(test.house, act(), phone, ink(0, 0))).rejects.toMatchObject({ reason: 'mark.empty' })
  await expect(offerPad(test.house, act(), await ceremony(), 'initials')).rejects.toMatchObject({ reason: 'mark.not-asked' })
  await expect(offerPad(test.house, act(), await open(test, id), 'signature')).rejects.toMatchObject({ reason: 'ceremony.not-identified' })
  for (let at = 1; at < 20; at++) await ask()
  await expect(ask()).rejects.toMatchObject({ reason: 'phone-pad.too-many' })
  test.wait(HOUR - 1)
  expect(await findPad(db, now(test), phone)).toBeNull()
  await db
    .updateTable('phonePad')
    .set({ endedAt: null, expiresAt: '2030-01-01T00:00:00.000Z' as never })
    .where('id', '=', phone.id)
    .execute()
  expect(await findPad(db, now(test), phone)).not.toBeNull()
  await correctRecipient(db, actOf(test.house, user), user, draft.id, id, {
    firstName: 'Marie',
    lastName: 'Dupont',
    email: 'marie.dupont@client.example',
    phone: null,
    channel: 'email',
    language: 'fr',
  })
  expect(await findPad(db, now(test), phone)).toBeNull()
  await db.updateTable('phonePad').set({ endedAt: null }).where('id', '=', phone.id).execute()
  expect(await findPad(db, now(test), phone)).toBeNull()
  await voidEnvelope(db, actOf(test.house, user), user, draft.id, 'no')
  expect(await findPad(db, now(test), phone)).toBeNull()
}, 40_000)
