import { expect, test } from 'bun:test'
import { requestToken } from '../../../src/template/visitors/requests.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann } from '../../support/signing.ts'
import { CLIENT, templateFor } from '../../template/support.ts'

async function as(test: TestHouse, name: 'ann' | 'bob' = 'ann'): Promise<TestBrowser> {
  const browser = await test.browser()
  await browser.signIn(`${name}@acme.example`)
  return browser
}

const PLAIN = /<script(?![^>]* src=)|\son\w+=|javascript:(?!void)|\sstyle=|undefined|\[object|NaN/

test('from the address that its owner copies to the visitor’s own document', async () => {
  await using test = await openTestHouse({ authority: true })
  const template = await templateFor(test, await ann(test), [{ ...CLIENT, routingOrder: 1 }])
  const browser = await as(test)
  expect((await browser.get(`/templates/${template.id}/links/new`)).text.match(PLAIN)).toBeNull()
  expect((await browser.post(`/templates/${template.id}/links`, { capacity: '0' })).status).toBe(422)
  expect((await browser.post(`/templates/${template.id}/links`, { deadlineDay: '2020-01-01' })).status).toBe(422)
  const { location } = await browser.post(`/templates/${template.id}/links`, { capacity: '2', deadlineDay: '', deadlineTime: '' })
  const page = await browser.get(location!)
  const address = new URL(/id="link-address" value="([^"]+)"/.exec(page.text)![1]!).pathname
  expect(address).toMatch(/^\/s\/open\/ssl_\w{20}\.[\w-]{20,}$/)
  expect(page.text.includes('data:image/svg+xml')).toBe(true)

  const visitor = await test.browser()
  for (const [language, sentence] of [
    ['en', 'lets you fill in and sign this document by yourself'],
    ['fr', 'vous propose de remplir et de signer ce document vous-même'],
  ] as const) {
    const open = await visitor.get(address, { 'accept-language': language })
    expect([open.status, open.text.includes(sentence), open.text.match(PLAIN)]).toEqual([200, true, null])
  }
  const bad = await visitor.post(address, { firstName: 'Marie', lastName: '', address: 'nobody' })
  expect([bad.status, bad.text.includes('aria-invalid')]).toEqual([422, true])
  for (const name of ['See https://evil.example', 'WWW.evil.example', 'a@evil.example'])
    for (const names of [
      { firstName: name, lastName: 'Dupont' },
      { firstName: 'Marie', lastName: name },
    ]) {
      const refused = await visitor.post(address, { ...names, address: 'marie@client.example' })
      expect([refused.status, /Please enter the name alone|Veuillez saisir le nom seul/.test(refused.text)]).toEqual([422, true])
    }
  const answers = []
  for (const to of ['marie@client.example', 'ann@acme.example', 'marie@client.example'])
    answers.push(await visitor.post(address, { firstName: 'Marie', lastName: 'Dupont', address: to }))
  expect(answers.map(({ status, location }) => [status, location])).toEqual(answers.map(() => [303, `${address}?asked`]))
  expect((await visitor.get(`${address}?asked`)).text.includes('Look at your messages')).toBe(true)

  const { id } = await test.house.db.selectFrom('selfServiceRequest').select('id').orderBy('createdAt').executeTakeFirstOrThrow()
  const own = `/s/own/${requestToken(test.house.secretKey, { id })}`
  const proof = await visitor.get(own)
  expect(proof.text.includes('Est-ce bien vous') || proof.text.includes('Is it you?')).toBe(true)
  expect(await test.house.db.selectFrom('envelope').select('id').where('status', '=', 'sending').execute()).toEqual([])
  expect((await visitor.post(own)).location).toBe(own)
  expect((await visitor.get(own)).text.includes('data-making')).toBe(true)
  await test.drain()
  const ready = await visitor.get(own)
  const way = /href="(\/s\/inv_[^"]+)"/.exec(ready.text)![1]!
  expect((await visitor.get(way)).status).toBe(303)
  const told = await browser.get(location!)
  expect([told.text.includes('1 of 2 used'), told.text.includes('Marie Dupont')]).toEqual([true, true])

  const bob = await as(test, 'bob')
  for (const path of [location!, `${location}/stop`]) expect((await bob.get(path)).status).toBe(404)
  expect((await bob.post(`${location}/stop`)).status).toBe(404)
  await browser.get(location!)
  expect((await browser.post(`${location}/stop`)).location).toBe(location)
  const dead = await visitor.get(address)
  const forged = await visitor.get(`/s/open/ssl_${'0'.repeat(20)}.${'x'.repeat(43)}`)
  const plain = (text: string): string => text.replaceAll(/\/s\/open\/[\w.-]+|name="csrf" value="[^"]+"|content="[\w-]{43}"/g, '')
  expect([dead.status, forged.status, plain(dead.text) === plain(forged.text)]).toEqual([404, 404, true])
  expect(dead.text.includes('Consulting')).toBe(false)
  expect((await visitor.post(address, { lastName: 'Dupont', address: 'x@client.example' })).status).toBe(404)
  await browser.get(location!)
  expect((await browser.post(`${location}/stop/removal`)).location).toBe(location)
  await browser.post(`${location}/renewal`)
  expect((await visitor.get(address)).status).toBe(404)
})
