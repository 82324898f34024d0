import { expect, test } from 'bun:test'
import { MINUTE, SECOND } from '../../src/base/instant.ts'
import { consent, currentTerms } from '../../src/ceremony/consenting.ts'
import { enterCode, newCode, sendCode } from '../../src/ceremony/one-time-code.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { ann, codeOf, draftFor, open, recipientAct, recipientNamed, send } from '../support/signing.ts'

/** Terms accepted, code on its way. */
async function waiting(house: TestHouse) {
  const user = await ann(house)
  const draft = await draftFor(house, user)
  await send(house, user, draft)
  const claire = await recipientNamed(house, draft.id, 'Claire')
  const ceremony = await open(house, claire.id)
  const act = () => recipientAct(house.house, claire.id)
  const { session } = await consent(house.house, act(), ceremony, (await currentTerms(house.house.db, ceremony)).id)
  return {
    id: claire.id,
    act,
    again: () => open(house, claire.id, session!),
    enter: async (code: string) => enterCode(house.house, act(), await open(house, claire.id, session!), code),
    envelope: draft.id,
  }
}
const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

test('a code is six digits, right once, and the session goes on under another token', async () => {
  await using house = await openTestHouse({ authority: true })
  const one = await waiting(house)
  expect((await one.again()).step).toBe('code')
  const code = await codeOf(house, one.id)
  expect(code).toMatch(/^\d{6}$/)
  await expect(one.enter(other(code))).rejects.toMatchObject({ reason: 'code.wrong', params: { left: 4 } })
  await expect(one.enter('12345')).rejects.toMatchObject({ reason: 'code.malformed' })
  const { session } = await one.enter(` ${code.slice(0, 3)} ${code.slice(3)} `)
  expect((await open(house, one.id, session)).step).toBe('filling')
  // The token that was known before the code is worth nothing any more.
  expect((await one.again()).step).toBe('reading')
  const rows = await house.house.db.selectFrom('oneTimeCode').selectAll().execute()
  expect(rows.map(({ sealed, usedAt, tries }) => [sealed, usedAt !== null, tries])).toEqual([[null, true, 2]])
})

test('a code that is late, replaced, used or tried too often says so, and another may be asked for after a while', async () => {
  await using house = await openTestHouse({ authority: true })
  const one = await waiting(house)
  const first = await codeOf(house, one.id)
  await expect(sendCode(house.house, one.act(), await one.again())).rejects.toMatchObject({
    reason: 'code.too-soon',
    params: { seconds: 30 },
  })
  house.wait(30 * SECOND)
  await sendCode(house.house, one.act(), await one.again())
  const second = await codeOf(house, one.id)
  if (first !== second) await expect(one.enter(first)).rejects.toMatchObject({ reason: 'code.wrong' })
  for (const left of [3, 2, 1]) await expect(one.enter(other(second))).rejects.toMatchObject({ reason: 'code.wrong', params: { left } })
  await expect(one.enter(other(second))).rejects.toMatchObject({ reason: 'code.over' })
  await expect(one.enter(second)).rejects.toMatchObject({ reason: 'code.over' })
  house.wait(30 * SECOND)
  await sendCode(house.house, one.act(), await one.again())
  const third = await codeOf(house, one.id)
  house.wait(5 * MINUTE)
  await expect(one.enter(third)).rejects.toMatchObject({ reason: 'code.late' })
  await sendCode(house.house, one.act(), await one.again())
  const fourth = await codeOf(house, one.id)
  house.wait(5 * MINUTE - SECOND)
  await one.enter(fourth)
  const messages = await house.house.db.selectFrom('message').select('status').where('kind', '=', 'code').execute()
  expect(messages.filter(({ status }) => status === 'waiting')).toHaveLength(1)
})

test('five codes an hour, and no more', async () => {
  await using house = await openTestHouse({ authority: true })
  const one = await waiting(house)
  for (let sent = 1; sent < 5; sent++) {
    house.wait(MINUTE)
    await sendCode(house.house, one.act(), await one.again())
  }
  house.wait(MINUTE)
  await expect(sendCode(house.house, one.act(), await one.again())).rejects.toMatchObject({ reason: 'code.too-many' })
  house.wait(56 * MINUTE)
  await sendCode(house.house, one.act(), await one.again())
})

test('of many right answers at once one is accepted', async () => {
  await using house = await openTestHouse({ authority: true })
  const one = await waiting(house)
  const code = await codeOf(house, one.id)
  const answers = await Promise.allSettled(Array.from({ length: 60 }, () => one.enter(code)))
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('neither code nor link stands in the file of data, once sent or while it waits', async () => {
  await using house = await openTestHouse({ authority: true })
  const one = await waiting(house)
  const code = await codeOf(house, one.id)
  const { invitation } = await one.again()
  const { invitationSecret } = await import('../../src/envelope/invitation.ts')
  const secret = invitationSecret(house.house.secretKey, invitation)
  for (const table of ['message', 'messageAttempt', 'auditLeaf', 'auditClear', 'job', 'invitation', 'idempotency'] as const) {
    const text = JSON.stringify(await house.house.db.selectFrom(table).selectAll().execute())
    expect([table, text.includes(secret), new RegExp(`(?<!\\d)${code}(?!\\d)`).test(text)]).toEqual([table, false, false])
  }
  house.wait(5 * MINUTE)
  await house.drain()
  expect(await house.house.db.selectFrom('oneTimeCode').select('sealed').execute()).toEqual([{ sealed: null }])
})

test('codes are spread over all six digits', () => {
  const codes = Array.from({ length: 20_000 }, newCode)
  const firsts = Map.groupBy(codes, (code) => code[0]!)
  expect(firsts.size).toBe(10)
  for (const group of firsts.values()) expect(group.length).toBeGreaterThan(1_700)
  expect(new Set(codes).size).toBeGreaterThan(19_500)
})
