import { expect, test } from 'bun:test'
import { openTestHouse } from '../support/house.ts'

test('a body is refused before a byte of it is read: too large for its address, of unknown length, from somebody who never had a page', async () => {
  await using house = await openTestHouse()
  const door = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => house.server.fetch(request, '192.0.2.7') })
  const host = '127.0.0.1:8080'
  const post = async (path: string, headers: Record<string, string>, body: string | ReadableStream = 'a=1') =>
    (
      await fetch(`http://127.0.0.1:${door.port}${path}`, {
        method: 'POST',
        redirect: 'manual',
        body,
        headers: { host, 'sec-fetch-site': 'same-origin', accept: 'application/json', ...headers },
      })
    ).status
  const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' }
  const megabyte = 'a=1&'.repeat(250_000)
  expect(await post('/language', urlencoded, megabyte)).toBe(413)
  expect(await post('/verify', urlencoded, megabyte)).toBe(413)
  expect(await post('/language', multipart, megabyte)).toBe(413)
  expect(await post('/envelopes/env_x/documents', multipart, megabyte)).toBe(413)
  expect(await post('/s/inv_x/marks', multipart, 'x'.repeat(17_000_000))).toBe(413)
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('a=1'))
      controller.close()
    },
  })
  expect(await post('/language', urlencoded, stream)).toBe(413)
  // Small, but without a visit: nothing is parsed.
  expect(await post('/language', urlencoded)).toBe(403)
  await door.stop(true)
})
