import { expect, test } from 'bun:test'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann } from '../../support/signing.ts'
import { templateFor } from '../../template/support.ts'

async function as(test: TestHouse, name: 'ann' | 'bob' = 'ann'): Promise<TestBrowser> {
  const browser = await test.browser()
  await browser.signIn(`${name}@acme.example`)
  return browser
}

const PLAIN = /<script(?![^>]* src=)|\son\w+=|javascript:|\sstyle=|undefined|\[object|NaN/
const file = (text: string): File => new File([text], 'people.csv', { type: 'text/csv' })

test('from the example to the report: looked at, mapped, sent, told', async () => {
  await using test = await openTestHouse({ authority: true })
  const template = await templateFor(test, await ann(test))
  const browser = await as(test)
  const path = `/templates/${template.id}/bulk`
  for (const language of ['en', 'fr'] as const) {
    browser.cookies.set('lang', language)
    expect((await browser.get(path)).text.match(PLAIN)).toBeNull()
  }
  browser.cookies.set('lang', 'en')
  const example = await browser.get(`${path}/example.csv`)
  expect(example.headers.get('content-disposition')).toStartWith('attachment; filename="Consulting.csv"')
  expect(example.text).toStartWith('Client: first name,Client: last name')
  for (const [upload, status] of [
    [file(''), 422],
    [file('Name,E-mail\n'), 422],
    [file(`Name,E-mail\n${'x,y@z.example\n'.repeat(1_001)}`), 413],
  ] as const)
    expect((await browser.post(path, { table: upload })).status).toBe(status)
  const csv = 'Name;Mail;Rent Client\nDupont;marie@client.example;1000\n=cmd();nobody;1\n'
  const { location } = await browser.post(path, { table: file(csv) })
  const page = await browser.get(location!)
  expect(page.text.includes('1 line is not in order')).toBe(true)
  expect(page.text.includes('Client: “nobody” is not an e-mail address.')).toBe(true)
  expect(page.text.includes('marie@client.example')).toBe(true)
  expect(page.text.match(PLAIN)).toBeNull()
  const stopped = await browser.post(`${location}/dispatch`)
  expect([stopped.status, stopped.text.includes('Some lines are not in order.')]).toEqual([422, true])
  const key = /name="ask ([^"]+ email)"/.exec(page.text)![1]!
  expect((await browser.post(`${location}/mapping`, { [`ask ${key}`]: '0' })).status).toBe(303)
  expect((await browser.get(location!)).text.includes('2 lines are not in order')).toBe(true)
  const last = key.replace(' email', ' lastName')
  await browser.post(`${location}/mapping`, { [`ask ${key}`]: '1', [`ask ${last}`]: '0', 'ask value Rent Client': '2' })
  expect((await browser.post(`${location}/dispatch`, { onlyGood: '1' })).location).toBe(location)
  await test.drain()
  const report = await browser.get(location!)
  expect(report.text.includes('1 of 2 sent')).toBe(true)
  expect(report.text.match(PLAIN)).toBeNull()
  const part = await browser.get(`${location}/progress`)
  expect([part.status, part.text.includes('<html'), part.text.includes('Try the refused line again')]).toEqual([200, false, true])
  const table = await browser.get(`${location}/report.csv`)
  expect(
    table.text
      .split('\r\n')
      .slice(1, 3)
      .map((line) => line.split(',').slice(0, 4).join(',')),
  ).toEqual([
    '2,Dupont,marie@client.example,sent',
    // A name that a spreadsheet would calculate is made harmless.
    "3,'=cmd(),,refused",
  ])
  expect((await browser.post(`${location}/pause`)).location).toBe(location)
  expect((await browser.get(location!)).text.includes('moved on meanwhile')).toBe(true)
  expect((await browser.post(`${location}/annulment`)).status).toBe(404)
  const bob = await as(test, 'bob')
  for (const address of [location!, `${location}/progress`, `${location}/report.csv`]) expect((await bob.get(address)).status).toBe(404)
  for (const address of ['dispatch', 'pause', 'retries', 'mapping']) expect((await bob.post(`${location}/${address}`)).status).toBe(404)
  expect((await bob.get(path)).status).toBe(404)
  const visitor = await test.browser()
  expect((await visitor.get(location!)).location).toStartWith('/sign-in')
})
