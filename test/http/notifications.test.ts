import { expect, test } from 'bun:test'
import { HOUR } from '../../src/base/instant.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'
import { NOTIFICATION_KINDS, USUAL_MAILING } from '../../src/notification/kinds.ts'

async function sent(test: TestHouse) {
  const draft = await draftFor(test, await ann(test), [CLAIRE, MARIE])
  await send(test, await ann(test), draft)
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  return { browser, id: draft.id }
}

test('the bell counts what is unread; each leads to its document and is read by that', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id } = await sent(test)
  expect((await browser.get('/notifications')).text).toContain('Nothing yet')
  await sign(test, (await recipientNamed(test, id, 'Claire')).id)
  for (const [language, told, bell] of [
    ['en', 'Claire Martin signed.', 'Notifications, 2 unread'],
    ['fr', 'Claire Martin a signé.', 'Notifications, 2 non lues'],
  ] as const) {
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get('/notifications')
    expect(status).toBe(200)
    for (const sentence of [told, bell, 'href="/account/notifications"']) expect(text).toContain(sentence)
    expect(text).not.toMatch(/undefined|\[object|\sstyle=/)
  }
  browser.cookies.set('lang', 'en')
  const [first] = [...(await browser.get('/notifications')).text.matchAll(/action="(\/notifications\/ntf_\w+\/reading)"/g)].map(
    ([, path]) => path!,
  )
  // Another's is not found, and looking changes nothing.
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.post(first!)).status).toBe(404)
  expect((await browser.get('/notifications')).text).toContain('Notifications, 2 unread')
  expect((await browser.post(first!)).location).toBe(`/envelopes/${id}`)
  expect((await browser.get('/envelopes')).text).toContain('Notifications, 1 unread')
  expect((await browser.post('/notifications/reading', { until: 'yesterday' })).location).toBe('/notifications')
  const after = (await browser.get('/notifications')).text
  expect(after).toContain('aria-label="Notifications"')
  expect(after).not.toContain('Mark all as read')
}, 40_000)

test('how one is told is chosen for oneself; nonsense is refused and changes nothing', async () => {
  await using test = await openTestHouse({ authority: true })
  const { browser, id } = await sent(test)
  const page = (await browser.get('/account/notifications')).text
  for (const kind of NOTIFICATION_KINDS) expect(page).toMatch(new RegExp(`name="${kind}" value="${USUAL_MAILING[kind]}" checked`))
  expect((await browser.post('/account/notifications', { ...USUAL_MAILING, signed: 'hourly' })).status).toBe(422)
  expect((await browser.post('/account/notifications', { signed: 'never' })).status).toBe(422)
  expect((await browser.post('/account/notifications', { ...USUAL_MAILING, signed: 'never' })).status).toBe(303)
  expect((await browser.get('/account/notifications')).text).toMatch(/name="signed" value="never" checked/)
  test.wait(HOUR)
  await sign(test, (await recipientNamed(test, id, 'Claire')).id)
  const kinds = await test.house.db.selectFrom('message').select('kind').where('kind', '=', 'sender-signed').execute()
  expect(kinds).toEqual([])
  const outsider = await test.browser()
  for (const path of ['/notifications', '/account/notifications']) expect((await outsider.get(path)).location).toContain('/sign-in')
}, 40_000)
