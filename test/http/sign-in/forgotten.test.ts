import { expect, test } from 'bun:test'
import { HOUR, MINUTE } from '../../../src/base/instant.ts'
import { messageSources } from '../../../src/worker/message-sources.ts'
import { messageOf } from '../../../src/mail/message.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../../support/house.ts'
import { setUpApp } from '../../support/authenticator-app.ts'

const BOB = 'bob@acme.example'
const NEXT = 'seven green kettles sing'

const ask = async (house: TestHouse, email: string) => {
  const browser = await house.browser()
  await browser.get('/sign-in/forgotten')
  const answer = await browser.post('/sign-in/forgotten', { email })
  await house.drain()
  return { browser, answer }
}
const messages = ({ house }: TestHouse, kind: string) =>
  house.db.selectFrom('message').selectAll().where('kind', '=', kind).orderBy('createdAt').orderBy('id').execute()

async function linkOf(house: TestHouse): Promise<string> {
  // The one whose link still works: the others are withdrawn when they come to be sent.
  for (const row of await messages(house, 'password-link')) {
    const facts = await messageSources(house.house).factsOf(messageOf(row))
    if (facts?.link) return new URL(facts.link).pathname
  }
  throw new Error('no link works')
}

test('the same answer and the same rows, whether there is such an account or not; only who has a password here gets a link', async () => {
  await using house = await openTestHouse()
  const texts: string[] = []
  for (const email of ['nobody@acme.example', ` ${BOB.toUpperCase()}`]) {
    const before = await house.house.db.selectFrom('attempt').select('bucket').execute()
    const { browser, answer } = await ask(house, email)
    expect([answer.status, answer.location]).toEqual([303, '/sign-in/forgotten?asked'])
    expect((await house.house.db.selectFrom('attempt').select('bucket').execute()).length).toBe(before.length + 2)
    texts.push((await browser.get(answer.location!)).text.replaceAll(/name="csrf" (?:value|content)="[^"]*"|content="[^"]*"/g, ''))
  }
  expect(texts[1]).toBe(texts[0]!)
  const sent = await messages(house, 'password-link')
  expect(sent.map(({ address }) => address)).toEqual([BOB])
  await house.house.db.updateTable('user').set({ passwordHash: null }).where('email', '=', 'ann@acme.example').execute()
  await ask(house, 'ann@acme.example')
  expect((await messages(house, 'password-link')).length).toBe(1)
})

test('the link works once, for thirty minutes, ends every other session, and the person is told; nothing usable is kept', async () => {
  await using house = await openTestHouse()
  const open = await house.browser()
  await open.signIn(BOB)
  await ask(house, BOB)
  const path = await linkOf(house)
  const token = path.split('/').at(-1)!
  expect(token.length).toBe(43)
  const { db } = house.house
  for (const table of ['passwordLink', 'message', 'job', 'auditClear'] as const)
    expect(JSON.stringify(await db.selectFrom(table).selectAll().execute())).not.toContain(token)
  const browser = await house.browser()
  expect((await browser.get(path)).text).toContain(BOB)
  expect((await browser.post(path, { password: 'too short' })).status).toBe(422)
  expect((await open.get('/account')).status).toBe(200)
  const both = await Promise.all([browser.post(path, { password: NEXT }), browser.post(path, { password: NEXT })])
  expect(both.map(({ status }) => status).sort()).toEqual([303, 410])
  expect((await open.get('/account')).status).toBe(303)
  expect((await browser.get(path)).status).toBe(410)
  const again = await house.browser()
  expect((await again.signIn(BOB)).status).toBe(422)
  expect((await again.signIn(BOB, NEXT)).status).toBe(303)
  expect((await messages(house, 'account-news')).map(({ params }) => (JSON.parse(params) as { news: string }).news).sort()).toEqual([
    'new-device',
    'password-changed',
  ])
  await ask(house, BOB)
  const late = await linkOf(house)
  house.wait(30 * MINUTE)
  expect((await browser.get(late)).status).toBe(410)
  expect((await browser.get(`${late}x`)).status).toBe(410)
})

test('a new link ends the earlier one, and so does another address; three an hour for an address, and nobody learns of it', async () => {
  await using house = await openTestHouse()
  await ask(house, BOB)
  const first = await linkOf(house)
  await ask(house, BOB)
  const browser = await house.browser()
  expect((await browser.get(first)).status).toBe(410)
  const second = await linkOf(house)
  expect((await browser.get(second)).status).toBe(200)
  for (let n = 0; n < 4; n++) expect((await ask(house, BOB)).answer.location).toBe('/sign-in/forgotten?asked')
  expect((await messages(house, 'password-link')).length).toBe(3)
  const third = await linkOf(house)
  await house.house.db.updateTable('user').set({ email: 'robert@acme.example' }).where('email', '=', BOB).execute()
  expect((await browser.get(third)).status).toBe(410)
  house.wait(HOUR)
  for (let n = 0; n < 25; n++) await ask(house, `user${n}@acme.example`)
  expect(await house.house.db.selectFrom('job').select('id').where('kind', '=', 'password-link.asked').execute()).toHaveLength(3 + 20)
}, 60_000)

test('a new password does not pass the second factor by; a changed address is told to the earlier one', async () => {
  await using house = await openTestHouse()
  const bob = await house.browser()
  await bob.signIn(BOB)
  await setUpApp(bob, house.house.clock())
  await ask(house, BOB)
  const browser = await house.browser()
  const path = await linkOf(house)
  await browser.get(path)
  expect((await browser.post(path, { password: NEXT })).location).toBe('/sign-in/second-factor?next=%2F')
  expect((await browser.get('/account')).status).toBe(303)
  const ann = await house.browser()
  await ann.signIn('ann@acme.example', PASSWORD)
  const user = await house.house.db.selectFrom('user').select('id').where('email', '=', BOB).executeTakeFirstOrThrow()
  await ann.get(`/console/users/${user.id}`)
  await ann.post(`/console/users/${user.id}`, {
    email: 'robert@acme.example',
    firstName: 'Bob',
    lastName: 'Baker',
    language: 'en',
    'role:rol_employee': '1',
  })
  const told = (await messages(house, 'account-news')).find(({ params }) => params.includes('address-changed'))!
  expect([told.address, (JSON.parse(told.params) as { news: string; name: string }).name]).toEqual([BOB, 'robert@acme.example'])
})
