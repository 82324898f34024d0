import { expect, test } from 'bun:test'
import { DAY, HOUR, type Instant, instant, later, MINUTE } from '../../src/base/instant.ts'
import { moveDeadline } from '../../src/envelope/deadline.ts'
import { type Reminders } from '../../src/envelope/drafting.ts'
import { endEnvelope } from '../../src/envelope/ending.ts'
import { ENDING_SOON, tellEndingSoon } from '../../src/envelope/ending-soon.ts'
import { findEnvelope } from '../../src/envelope/envelope.ts'
import { expireEnvelope } from '../../src/envelope/expiry.ts'
import { civilMoment, civilMomentBefore, nextReminder } from '../../src/envelope/reminder-times.ts'
import { changeReminders, remind, remindTheSilent } from '../../src/envelope/reminding.ts'
import { recordSignature } from '../../src/envelope/signature.ts'
import { calendarOf } from '../../src/setting/working-days.ts'
import { byRecipient, eventsOf, messagesOf, NOON, openTestDesk, sentEnvelope, signedRevision, type TestDesk } from './support.ts'

// NOON is Monday, 23 November 2026, 13:00 in Paris.
const PARIS = calendarOf({ french: true, own: [] }, 'Europe/Paris')
const EVERY_THREE: Reminders = { firstAfterDays: 3, everyDays: 3, most: 10 }

async function sent(reminders: Reminders, recipients: Parameters<typeof sentEnvelope>[1] = [{}]): Promise<TestDesk> {
  const desk = await openTestDesk()
  await desk.db
    .insertInto('setting')
    .values({ key: 'installation', value: JSON.stringify({ timeZone: 'Europe/Paris' }), updatedAt: NOON })
    .execute()
  await sentEnvelope(desk, recipients)
  await changeReminders(desk.db, desk.act(), desk.ann, 'env_1', reminders)
  return desk
}
const reminders = async ({ db }: TestDesk) => (await messagesOf(db)).filter((one) => one.startsWith('reminder')).length
const remindAt = async ({ db }: TestDesk, id = 'r1') =>
  (await db.selectFrom('recipient').select('remindAt').where('id', '=', id).executeTakeFirstOrThrow()).remindAt

test('written to by day, and on working days where that is asked; over the clock’s own jumps too', () => {
  const moment = (at: string, onWorkingDays = false) => civilMoment(instant(at), PARIS, onWorkingDays)
  expect(moment('2026-11-24T12:00:00Z')).toBe(instant('2026-11-24T12:00:00Z'))
  expect(moment('2026-11-24T22:30:00Z')).toBe(instant('2026-11-25T07:00:00Z'))
  expect(moment('2026-11-24T03:00:00Z')).toBe(instant('2026-11-24T07:00:00Z'))
  expect(moment('2026-11-28T12:00:00Z')).toBe(instant('2026-11-28T12:00:00Z'))
  expect(moment('2026-11-28T12:00:00Z', true)).toBe(instant('2026-11-30T07:00:00Z'))
  // Ascension Day, Thursday 14 May 2026: summer time.
  expect(moment('2026-05-14T09:00:00Z', true)).toBe(instant('2026-05-15T06:00:00Z'))
  // The night in which the clock goes forward, Sunday 29 March 2026.
  expect(moment('2026-03-28T20:00:00Z')).toBe(instant('2026-03-29T06:00:00Z'))
  expect(civilMomentBefore(instant('2026-11-24T22:59:00Z'), PARIS)).toBe(instant('2026-11-24T17:00:00Z'))
  expect(civilMomentBefore(instant('2026-11-24T03:00:00Z'), PARIS)).toBe(instant('2026-11-23T17:00:00Z'))
})

test('off, daily, every so many days, and no more often than said', () => {
  const asked = { since: NOON, count: 0, last: null }
  expect(nextReminder(NOON, { ...EVERY_THREE, most: 0 }, asked, PARIS)).toBeNull()
  expect(nextReminder(NOON, EVERY_THREE, asked, PARIS)).toBe(later(NOON, 3 * DAY))
  expect(nextReminder(NOON, { firstAfterDays: 1, everyDays: 1, most: 2 }, { ...asked, count: 1, last: NOON }, PARIS)).toBe(later(NOON, DAY))
  expect(nextReminder(NOON, { firstAfterDays: 1, everyDays: 1, most: 2 }, { ...asked, count: 2, last: NOON }, PARIS)).toBeNull()
  // Friday and two days on.
  const friday = later(NOON, 4 * DAY)
  expect(nextReminder(friday, { ...EVERY_THREE, everyDays: 2, workingDays: true }, { ...asked, last: friday }, PARIS)).toBe(
    instant('2026-11-30T07:00:00Z'),
  )
  // What was written lies in the future of a clock that went back.
  expect(nextReminder(NOON, EVERY_THREE, { ...asked, last: later(NOON, 400 * DAY) }, PARIS)).toBe(later(NOON, 3 * DAY))
})

test('reminded when it is due and once for it, however often and however many at once the round comes', async () => {
  await using desk = await sent({ ...EVERY_THREE, most: 2 })
  expect(await remindAt(desk)).toBe(later(NOON, 3 * DAY))
  expect(await remindTheSilent(desk.db, later(NOON, 3 * DAY - MINUTE))).toBe(0)
  await Promise.all([1, 2, 3].map(() => remindTheSilent(desk.db, later(NOON, 3 * DAY + MINUTE))))
  expect(await reminders(desk)).toBe(1)
  // After a long silence of the server: one, not all that were missed.
  expect(await remindTheSilent(desk.db, later(NOON, 20 * DAY))).toBe(1)
  expect(await remindAt(desk)).toBeNull()
  expect(await remindTheSilent(desk.db, later(NOON, 29 * DAY))).toBe(0)
})

test('it stops with the act, the end, and the deadline; the button counts', async () => {
  await using desk = await sent(EVERY_THREE, [{}, { routingOrder: 2 }])
  await remind(desk.db, desk.act(desk.ann, later(NOON, 2 * DAY)), desk.ann, 'env_1', 'r1')
  expect(await remindAt(desk)).toBe(later(NOON, 5 * DAY))
  await desk.db
    .transaction()
    .execute((tx) =>
      recordSignature(tx, byRecipient('r1', later(NOON, 3 * DAY)), { recipientId: 'r1', revisions: signedRevision(2, 'r1') }),
    )
  expect([await remindAt(desk), await remindAt(desk, 'r2')]).toEqual([null, later(NOON, 6 * DAY)])
  await moveDeadline(desk.db, desk.act(desk.ann, later(NOON, 3 * DAY)), desk.ann, 'env_1', later(NOON, 5 * DAY))
  expect(await remindAt(desk, 'r2')).toBeNull()
  await moveDeadline(desk.db, desk.act(desk.ann, later(NOON, 3 * DAY)), desk.ann, 'env_1', later(NOON, 50 * DAY))
  expect(await remindAt(desk, 'r2')).toBe(later(NOON, 6 * DAY))
  await desk.db
    .transaction()
    .execute(async (tx) => endEnvelope(tx, desk.act(), await findEnvelope(tx, 'env_1'), 'voided', { reason: 'x', by: null }))
  expect(await remindTheSilent(desk.db, later(NOON, 40 * DAY))).toBe(0)
  expect(await reminders(desk)).toBe(1)
})

test('a clock that jumped ahead and back leaves nobody waiting for years', async () => {
  await using desk = await sent(EVERY_THREE)
  await desk.db
    .updateTable('envelope')
    .set({ deadline: later(NOON, 900 * DAY) })
    .execute()
  await desk.db
    .updateTable('invitation')
    .set({ expiresAt: later(NOON, 900 * DAY) })
    .execute()
  expect(await remindTheSilent(desk.db, later(NOON, 400 * DAY))).toBe(1)
  expect(await remindTheSilent(desk.db, later(NOON, DAY))).toBe(0)
  expect(await remindAt(desk)).toBe(later(NOON, 4 * DAY))
  expect(await remindTheSilent(desk.db, later(NOON, 4 * DAY + HOUR))).toBe(1)
})

const jobs = async ({ db }: TestDesk) =>
  (await db.selectFrom('job').select(['runAt', 'payload']).where('kind', '=', ENDING_SOON).orderBy('runAt').execute()).map(
    ({ runAt, payload }) => ({
      runAt,
      payload: JSON.parse(payload) as { envelope: string; deadline: Instant },
    }),
  )

test('a day before the deadline, not at night, whoever is missing and the sender are told, once', async () => {
  await using desk = await sent(EVERY_THREE, [{}, { routingOrder: 2 }])
  const deadline = instant('2026-12-02T22:59:00Z')
  await moveDeadline(desk.db, desk.act(), desk.ann, 'env_1', deadline)
  const [job] = await jobs(desk)
  expect(job).toEqual({ runAt: instant('2026-12-01T17:00:00Z'), payload: { envelope: 'env_1', deadline } })
  const tools = { db: desk.db, clock: () => job!.runAt }
  await Promise.all([1, 2].map(() => tellEndingSoon(tools, job!.payload)))
  const told = async () => (await messagesOf(desk.db)).filter((one) => one.includes('ending-soon')).sort()
  expect(await told()).toEqual(['ending-soon r1@client.example', 'sender-ending-soon ann@acme.example'])
  expect((await eventsOf(desk.db)).filter((type) => type === 'envelope.ending-soon').length).toBe(1)
  // A deadline that has moved since has a notice of its own, and the old one says nothing.
  await moveDeadline(desk.db, desk.act(), desk.ann, 'env_1', later(deadline, 5 * DAY))
  await tellEndingSoon(tools, job!.payload)
  expect((await told()).length).toBe(2)
  // Too near to be worth a notice.
  const before = (await jobs(desk)).length
  await moveDeadline(desk.db, desk.act(), desk.ann, 'env_1', later(NOON, 20 * HOUR))
  expect((await jobs(desk)).length).toBe(before)
  await expireEnvelope({ db: desk.db, clock: () => later(NOON, 21 * HOUR) }, 'env_1')
  expect((await findEnvelope(desk.db, 'env_1')).status).toBe('expired')
})
