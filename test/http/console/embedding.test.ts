import { expect, test } from 'bun:test'
import { openTestHouse } from '../../support/house.ts'

test('pages that may show a signing are origins, by https, one a line', async () => {
  await using desk = await openTestHouse()
  const ann = await desk.browser()
  await ann.signIn('ann@acme.example')
  const page = await ann.get('/console/embedding')
  expect([page.status, page.text.includes('without https')]).toEqual([200, true])
  for (const origins of [
    'portal.example.com',
    'http://portal.example.com',
    'https://portal.example.com/path',
    'https://*.example.com',
    "https://a.example 'unsafe-inline'",
    'https://a.example; script-src *',
    'https://user@a.example',
    Array.from({ length: 51 }, (_, at) => `https://a${at}.example`).join('\n'),
  ])
    expect([origins.slice(0, 40), (await ann.post('/console/embedding', { origins })).status]).toEqual([origins.slice(0, 40), 422])
  expect((await ann.post('/console/embedding', { origins: 'https://portal.example.com\r\n\nHTTPS://Other.example:8443/\n' })).status).toBe(
    303,
  )
  expect((await ann.get('/console/embedding')).text).toContain('https://portal.example.com\nhttps://other.example:8443</textarea>')
  expect((await ann.post('/console/embedding', { origins: '' })).status).toBe(303)
})
