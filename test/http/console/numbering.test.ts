import { expect, test } from 'bun:test'
import { listSeries, seriesFor, takeNumber } from '../../../src/setting/numbering.ts'
import { openTestHouse } from '../../support/house.ts'

test.each(['en', 'fr'])('series are added, changed, preferred and removed, and each shows its next number (%s)', async (language) => {
  await using test = await openTestHouse()
  const { db, clock } = test.house
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  browser.cookies.set('lang', language)
  const { id: legalEntityId } = await db.selectFrom('legalEntity').select('id').executeTakeFirstOrThrow()
  expect((await browser.get('/console/numbering')).status).toBe(200)
  await browser.get('/console/numbering/new')
  const fields = { legalEntityId, name: 'Quotes <1>', prefix: 'Q-', perYear: '1', digits: '3', next: '7' }
  for (const [name, value, at] of [
    ['name', ' ', 'name'],
    ['prefix', 'Q7', 'prefix'],
    ['prefix', 'x'.repeat(21), 'prefix'],
    ['digits', '11', 'digits'],
    ['next', '0', 'next'],
    ['next', '1e3', 'next'],
    ['legalEntityId', 'ent_x', 'legalEntityId'],
  ] as const) {
    const answer = await browser.post('/console/numbering', { ...fields, [name]: value })
    expect([name, value, answer.status === 422 || answer.status === 404]).toEqual([name, value, true])
    expect(answer.text).toContain(`id="${at}-error"`)
  }
  expect((await browser.post('/console/numbering', fields)).status).toBe(303)
  const list = await browser.get('/console/numbering')
  expect(list.text).toContain('<code>Q-2026-007</code>')
  expect(list.text).toContain('Quotes &lt;1&gt;')
  const [series] = await listSeries(db)
  await db.transaction().execute(async (tx) => takeNumber(tx, clock(), await seriesFor(tx, clock(), legalEntityId, null), 'env_1'))
  const address = `/console/numbering/${series!.id}`
  expect((await browser.get(address)).text).toContain('Q-2026-008')
  expect((await browser.post(address, { ...fields, next: '7' })).status).toBe(409)
  expect((await browser.post(address, { ...fields, prefix: 'QU/', next: '20' })).status).toBe(303)
  expect((await browser.get('/console/numbering')).text).toContain('<code>QU/2026-020</code>')
  await browser.get('/console/numbering/new')
  expect((await browser.post('/console/numbering', { ...fields, name: 'Second' })).status).toBe(409)
  expect((await browser.post('/console/numbering', { ...fields, name: 'Second', prefix: '', perYear: '' })).status).toBe(303)
  const second = (await listSeries(db)).find(({ name }) => name === 'Second')!
  await browser.get(`/console/numbering/${second.id}`)
  expect((await browser.post(`/console/numbering/${second.id}/preference`)).status).toBe(303)
  expect((await listSeries(db)).map(({ name, isDefault }) => [name, isDefault])).toEqual([
    ['Second', 1],
    ['Quotes <1>', 0],
  ])
  await browser.get(address)
  expect((await browser.post(`${address}/removal`)).status).toBe(303)
  expect((await browser.get(address)).status).toBe(404)
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/console/numbering')).status).toBe(403)
  expect((await bob.post(`/console/numbering/${second.id}/removal`)).status).toBe(403)
})
