import { expect, test } from 'bun:test'
import { DAY, HOUR, instant, later } from '../../src/base/instant.ts'
import type { Db } from '../../src/db/open.ts'
import { findEnvelope } from '../../src/envelope/envelope.ts'
import { tellSender } from '../../src/envelope/telling.ts'
import { chooseMailing, choicesOf } from '../../src/notification/choosing.ts'
import { digestFacts, orderDigests } from '../../src/notification/digest.ts'
import { USUAL_MAILING } from '../../src/notification/kinds.ts'
import { notify } from '../../src/notification/notifying.ts'
import { countUnread, listNotifications, readAll, readNotification } from '../../src/notification/reading.ts'
import { eventsOf, messagesOf, NOON, openTestDesk, sentEnvelope, type TestDesk } from '../envelope/support.ts'

const tell = async (
  { db, act }: TestDesk,
  kind: Parameters<typeof tellSender>[2],
  told: Parameters<typeof tellSender>[4] = {},
  at = NOON,
) => db.transaction().execute(async (tx) => tellSender(tx, act(undefined, at), kind, await findEnvelope(tx, 'env_1'), told))
const r1 = async (db: Db) => db.selectFrom('recipient').selectAll().where('id', '=', 'r1').executeTakeFirstOrThrow()

test('what happens stands in the page and goes by mail as usual: at once, once a day, or not', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  const about = await r1(desk.db)
  for (const kind of ['opened', 'signed', 'reminder-failed'] as const) await tell(desk, kind, { about })
  const { entries } = await listNotifications(desk.db, desk.ann.id, null)
  expect(entries.map(({ kind, person, envelope }) => [kind, person, envelope?.title]).sort()).toEqual([
    ['opened', 'R1 Person', 'Lease'],
    ['reminder-failed', 'R1 Person', 'Lease'],
    ['signed', 'R1 Person', 'Lease'],
  ])
  expect(await countUnread(desk.db, desk.ann.id)).toBe(3)
  expect((await messagesOf(desk.db)).filter((one) => one.includes('ann@'))).toEqual(['sender-signed ann@acme.example'])
  expect(await countUnread(desk.db, desk.bob.id)).toBe(0)
})

test('a sender who acts as a recipient is not told of it, and one who was told by another message gets no second one', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk, [{ userId: desk.ann.id }])
  await tell(desk, 'signed', { about: await r1(desk.db) })
  expect(await countUnread(desk.db, desk.ann.id)).toBe(0)
  await tell(desk, 'completed', { mailing: 'never' })
  expect(await countUnread(desk.db, desk.ann.id)).toBe(1)
  expect((await messagesOf(desk.db)).filter((one) => one.startsWith('sender-'))).toEqual([])
})

test('one key is told once, however often and however many at once; what is rolled back was never told', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  await Promise.all([1, 2, 3].map(() => tell(desk, 'ending-soon', { key: 'ending-soon env_1 x' })))
  await expect(
    desk.db.transaction().execute(async (tx) => {
      await notify(tx, desk.act(), desk.ann.id, { kind: 'expired', envelopeId: 'env_1' })
      throw new Error('killed')
    }),
  ).rejects.toThrow('killed')
  expect((await listNotifications(desk.db, desk.ann.id, null)).entries.map(({ kind }) => kind)).toEqual(['ending-soon'])
  expect((await messagesOf(desk.db)).filter((one) => one.startsWith('sender-'))).toEqual(['sender-ending-soon ann@acme.example'])
})

test('nobody reads what another was told; reading all leaves what came in since', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  await tell(desk, 'expired')
  const [own] = (await listNotifications(desk.db, desk.ann.id, null)).entries
  await expect(readNotification(desk.db, NOON, desk.bob.id, own!.id)).rejects.toMatchObject({ reason: 'notification.unknown' })
  expect(await countUnread(desk.db, desk.ann.id)).toBe(1)
  await tell(desk, 'completed', {}, later(NOON, HOUR))
  await readAll(desk.db, NOON, desk.ann.id, own!.at)
  expect(await countUnread(desk.db, desk.ann.id)).toBe(1)
  expect(await readNotification(desk.db, NOON, desk.ann.id, own!.id)).toMatchObject({ envelopeId: 'env_1' })
})

test('a long list is read page by page, each once', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  for (let at = 0; at < 65; at++) await tell(desk, 'reminder-failed', { key: `k ${at}` }, later(NOON, Math.floor(at / 3)))
  const seen: string[] = []
  for (let after: Parameters<typeof listNotifications>[2] = null; ;) {
    const { entries, next } = await listNotifications(desk.db, desk.ann.id, after)
    seen.push(...entries.map(({ id }) => id))
    if (!next) break
    after = next
  }
  expect([seen.length, new Set(seen).size]).toEqual([65, 65])
})

test('a choice is kept as far as it differs from the usual, and recorded once', async () => {
  await using desk = await openTestDesk()
  const chosen = { ...USUAL_MAILING, opened: 'daily', signed: 'never' } as const
  await chooseMailing(desk.db, desk.act(), chosen)
  await chooseMailing(desk.db, desk.act(), chosen)
  expect(await choicesOf(desk.db, desk.ann.id)).toEqual(chosen)
  expect(await choicesOf(desk.db, desk.bob.id)).toEqual(USUAL_MAILING)
  expect((await desk.db.selectFrom('notificationChoice').selectAll().execute()).length).toBe(2)
  const types = await desk.db.selectFrom('auditLeaf').select('type').where('type', '=', 'user.notifications-chosen').execute()
  expect(types.length).toBe(1)
})

test('the day’s message: one a person each morning, grouped by document, none twice, whatever the clock does', async () => {
  await using desk = await openTestDesk()
  await desk.db
    .insertInto('setting')
    .values({ key: 'installation', value: JSON.stringify({ timeZone: 'Europe/Paris' }), updatedAt: NOON })
    .execute()
  await sentEnvelope(desk)
  await chooseMailing(desk.db, desk.act(), { ...USUAL_MAILING, signed: 'daily', completed: 'daily' })
  const about = await r1(desk.db)
  await tell(desk, 'signed', { about })
  await tell(desk, 'completed')
  const digests = async () => (await messagesOf(desk.db)).filter((one) => one.startsWith('digest')).length
  // The same day, and the next one before eight in Paris: not yet.
  await orderDigests(desk.db, later(NOON, HOUR))
  await orderDigests(desk.db, instant('2026-11-24T06:59:00Z'))
  expect(await digests()).toBe(0)
  await Promise.all([1, 2].map(() => orderDigests(desk.db, instant('2026-11-24T07:00:00Z'))))
  expect(await digests()).toBe(1)
  const { id } = await desk.db.selectFrom('message').select('id').where('kind', '=', 'digest').executeTakeFirstOrThrow()
  expect(await digestFacts(desk.db, { id, language: 'fr', userId: desk.ann.id }, 'https://acme.example')).toEqual({
    name: 'Ann',
    link: 'https://acme.example/notifications',
    digest: [
      {
        title: 'Lease',
        link: 'https://acme.example/envelopes/env_1',
        lines: expect.arrayContaining(['R1 Person a signé.', 'Chacun a agi\u202f; le document est scellé et au coffre.']),
      },
    ],
  })
  // What comes in on that day waits for the next; the clock goes back and forth in between.
  await tell(desk, 'signed', { about }, instant('2026-11-24T09:00:00Z'))
  await orderDigests(desk.db, instant('2026-11-24T20:00:00Z'))
  await orderDigests(desk.db, instant('2026-11-23T20:00:00Z'))
  expect(await digests()).toBe(1)
  await orderDigests(desk.db, instant('2026-11-27T20:00:00Z'))
  await orderDigests(desk.db, instant('2026-11-28T20:00:00Z'))
  expect(await digests()).toBe(2)
})

test('a closed account is told nothing more', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  await chooseMailing(desk.db, desk.act(), { ...USUAL_MAILING, expired: 'daily' })
  await tell(desk, 'expired')
  await desk.db.updateTable('user').set({ disabledAt: NOON }).where('id', '=', desk.ann.id).execute()
  await tell(desk, 'completed')
  await orderDigests(desk.db, later(NOON, 2 * DAY))
  expect((await messagesOf(desk.db)).filter((one) => one.includes('ann@'))).toEqual([])
  expect(await eventsOf(desk.db)).not.toContain('message.failed')
})
