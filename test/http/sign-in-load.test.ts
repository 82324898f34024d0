import { expect, test } from 'bun:test'
import { openTestHouse, ORIGIN } from '../support/house.ts'

/** Hashes take a core each: they stand in line, those past the line are asked to come back, and everybody else notices nothing. */
test('150 sign-ins at once do not slow the house down', async () => {
  await using test = await openTestHouse()
  const { host } = new URL(ORIGIN)
  const browser = await test.browser()
  const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.get('/sign-in')).text)?.[1] ?? ''
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const signIn = (n: number) => {
    const body = new URLSearchParams({ csrf, email: `user${n}@acme.example`, password: 'not the right one' })
    return test.server.fetch(
      new Request(`${ORIGIN}/sign-in`, { method: 'POST', body, headers: { host, cookie, 'sec-fetch-site': 'same-origin' } }),
      `198.51.100.${n}`,
    )
  }
  const tries = Promise.all(Array.from({ length: 150 }, async (_, n) => (await signIn(n)).status))
  let running = true
  void tries.then(() => (running = false))
  const times: number[] = []
  while (running) {
    const began = performance.now()
    await test.server.fetch(new Request(`${ORIGIN}/healthz`, { headers: { host } }), '203.0.113.1')
    times.push(performance.now() - began)
    await Bun.sleep(5)
  }
  const statuses = await tries
  expect([...new Set(statuses)].sort()).toEqual([422, 503])
  expect(statuses.filter((status) => status === 422).length).toBe(64)
  times.sort((a, b) => a - b)
  expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(50)
}, 60_000)
