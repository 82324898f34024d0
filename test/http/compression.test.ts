import { expect, test } from 'bun:test'
import { openTestHouse } from '../support/house.ts'

test('a page is compressed where nothing of the request can stand in it, and only there', async () => {
  await using house = await openTestHouse()
  const ann = await house.browser()
  await ann.signIn('ann@acme.example')
  const taking = { 'accept-encoding': 'gzip, br' }
  const packed = await ann.get('/contacts', taking)
  expect([packed.headers.get('content-encoding'), packed.headers.get('vary')]).toEqual(['br', 'Accept-Encoding'])
  for (const [path, headers] of [
    ['/contacts?search=secret', taking],
    ['/contacts', {}],
    ['/contacts', { 'accept-encoding': 'br;q=0' }],
    ['/nothing', taking],
  ] as const)
    expect((await ann.get(path, headers)).headers.get('content-encoding')).toBeNull()
  const answered = await ann.post('/contacts', { lastName: '' }, taking)
  expect([answered.status, answered.headers.get('content-encoding')]).toEqual([422, null])
  expect(packed.headers.get('content-security-policy')).toContain("default-src 'none'")
})
