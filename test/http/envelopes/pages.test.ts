import { expect, test } from 'bun:test'
import { openTestHouse } from '../../support/house.ts'
import { prepareDraft } from './draft.ts'

test('pages are shown as pictures and text to whoever may see the envelope, and kept by their address', async () => {
  await using house = await openTestHouse()
  const { envelope, document } = await prepareDraft(house)
  const ann = await house.browser()
  await ann.signIn('ann@acme.example')
  const pages = `/envelopes/${envelope.id}/documents/${document.id}/pages`

  const picture = await ann.get(`${pages}/1?v=${document.sourceDigest}&width=240`)
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\//)])
  expect(picture.headers.get('cache-control')).toBe('private, max-age=86400, immutable')
  expect((await ann.get(`${pages}/1?v=${'0'.repeat(64)}&width=240`)).headers.get('cache-control')).toBe('no-store')
  expect((await ann.get(`${pages}/1?width=240`)).headers.get('cache-control')).toBe('no-store')

  const text = await ann.get(`${pages}/0/text`)
  const { text: words, runs } = JSON.parse(text.text) as { text: string; runs: { text: string; x: number; y: number }[] }
  expect(words).toContain('Consulting agreement')
  expect(runs[0]).toMatchObject({ text: expect.any(String), x: expect.any(Number), y: expect.any(Number) })

  for (const odd of ['2', '-1', 'x', '0.5', '1e1', '99999999999'])
    expect([odd, (await ann.get(`${pages}/${odd}?width=240`)).status]).toEqual([odd, 404])
  for (const odd of ['241', '0', '-800', 'x']) expect([odd, (await ann.get(`${pages}/0?width=${odd}`)).status]).toEqual([odd, 404])
  expect((await ann.get(`/envelopes/${envelope.id}/documents/doc_unknown/pages/0`)).status).toBe(404)
}, 20_000)

test('a document is only ever saved, never opened in the browser', async () => {
  await using house = await openTestHouse()
  const { envelope, document } = await prepareDraft(house)
  const ann = await house.browser()
  await ann.signIn('ann@acme.example')
  const file = await ann.get(`/envelopes/${envelope.id}/documents/${document.id}/file`)
  expect(file.status).toBe(200)
  expect(file.text.startsWith('%PDF-')).toBe(true)
  expect(file.headers.get('content-type')).toBe('application/octet-stream')
  expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"]+\.pdf"/)
})

test('somebody else finds nothing, and a visitor is asked to sign in', async () => {
  await using house = await openTestHouse()
  const { envelope, document } = await prepareDraft(house)
  const [bob, visitor] = [await house.browser(), await house.browser()]
  await bob.signIn('bob@acme.example')
  for (const path of ['pages/0?width=240', 'pages/0/text', 'file']) {
    const address = `/envelopes/${envelope.id}/documents/${document.id}/${path}`
    expect([path, (await bob.get(address)).status]).toEqual([path, 404])
    const { status, location } = await visitor.get(address)
    expect([path, status, location]).toEqual([path, 303, expect.stringMatching(/^\/sign-in/)])
  }
})
