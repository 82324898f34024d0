import { expect, test } from 'bun:test'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'

async function withTwo(test: TestHouse): Promise<{ browser: TestBrowser; kept: string; other: string }> {
  const browser = await test.browser()
  await browser.signIn('bob@acme.example')
  const add = async (fields: Record<string, string>): Promise<string> => {
    await browser.get('/contacts/new')
    await browser.post('/contacts', { firstName: 'Zoë', phone: '', company: '', ...fields })
    test.wait(1_000)
    return (await test.house.db.selectFrom('contact').select('id').orderBy('createdAt', 'desc').executeTakeFirstOrThrow()).id
  }
  const kept = await add({ lastName: 'Lévy', email: 'zoe@old.example', phone: '+33611111111', comment: 'one' })
  const other = await add({ lastName: 'LEVY <x>', email: 'zoe@new.example', phone: '+33611111111', comment: 'two' })
  return { browser, kept, other }
}

test.each(['en', 'fr'])('found, compared, merged and brought back (%s)', async (language) => {
  await using test = await openTestHouse()
  const { browser, kept, other } = await withTwo(test)
  browser.cookies.set('lang', language)
  const list = await browser.get('/contacts/duplicates')
  expect(list.text).toContain(`/contacts/${kept}/merging?with=${other}`.replaceAll('&', '&amp;'))
  expect(list.text).toContain('LEVY &lt;x&gt;')
  const page = await browser.get(`/contacts/${kept}/merging?with=${other}`)
  const seen = /name="seen" value="([^"]+)"/.exec(page.text)![1]!
  expect(page.text).toContain('name="comment" value="both" checked')
  const choices = { other, seen, lastName: 'other', email: 'other', comment: 'both' }
  expect((await browser.post(`/contacts/${kept}/merging`, { ...choices, seen: 'x' })).status).toBe(409)
  expect((await browser.post(`/contacts/${kept}/merging`, { ...choices, phone: 'third' })).status).toBe(422)
  expect((await browser.post(`/contacts/${kept}/merging`, choices)).status).toBe(303)
  const now = await browser.get(`/contacts/${kept}`)
  for (const part of ['value="LEVY &lt;x&gt;"', 'zoe@new.example', 'one\ntwo']) expect(now.text).toContain(part)
  expect((await browser.get(`/contacts/${other}`)).status).toBe(404)
  expect((await browser.get('/contacts/duplicates')).text).toContain('class="blank"')
  const merge = /name="merge" value="([^"]+)"/.exec(now.text)![1]!
  await browser.get(`/contacts/${kept}`)
  expect((await browser.post(`/contacts/${kept}/merging/reversal`, { merge })).status).toBe(303)
  expect((await browser.get(`/contacts/${other}`)).status).toBe(200)
  expect((await browser.get(`/contacts/${kept}`)).text).toContain('zoe@old.example')
  expect((await browser.post(`/contacts/${kept}/merging/reversal`, { merge })).status).toBe(404)
})

test('two people are told apart; strangers and unknown ones are not found', async () => {
  await using test = await openTestHouse()
  const { browser, kept, other } = await withTwo(test)
  await browser.get('/contacts/duplicates')
  expect((await browser.post('/contacts/duplicates/distinction', { one: other, other: kept })).status).toBe(303)
  expect((await browser.get('/contacts/duplicates')).text).toContain('class="blank"')
  expect((await browser.post('/contacts/duplicates/distinction', { one: 'con_x', other: kept })).status).toBe(404)
  expect((await browser.get(`/contacts/${kept}/merging?with=con_unknown`)).status).toBe(404)
  expect((await browser.get(`/contacts/${kept}/merging`)).status).toBe(404)
  expect((await browser.post(`/contacts/${kept}/merging`, { other: 'con_unknown', seen: '' })).status).toBe(404)
})
