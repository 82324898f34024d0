import { expect, test } from 'bun:test'
import { readSetting } from '../../../src/setting/setting.ts'
import { openTestHouse } from '../../support/house.ts'

test('days without work: those of France by a tick, the company’s own one by one, each told beside its field', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  for (const [language, sentences] of [
    ['en', ['Christmas Day', '25 December 2026', 'None yet']],
    ['fr', ['Lundi de Pâques', '29 mars 2027', 'Aucun pour l’instant']],
  ] as const) {
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get('/console/holidays')
    expect(status).toBe(200)
    for (const sentence of sentences) expect(text).toContain(sentence)
  }
  browser.cookies.set('lang', 'en')
  expect((await browser.post('/console/holidays/ready', { french: '1' })).status).toBe(303)
  for (const day of ['2027-02-30', 'x', '']) expect((await browser.post('/console/holidays', { day, name: '' })).status).toBe(422)
  for (const [day, name] of [
    ['2026-12-28', 'Works <holiday>'],
    ['2026-12-24', ''],
    ['2026-12-28', 'Closed'],
  ] as const)
    expect((await browser.post('/console/holidays', { day, name })).status).toBe(303)
  expect(await readSetting(test.house.db, 'holidays')).toEqual({
    french: true,
    own: [
      { day: '2026-12-24', name: '' },
      { day: '2026-12-28', name: 'Closed' },
    ],
  })
  expect((await browser.post('/console/holidays/2026-12-24/removal')).status).toBe(303)
  expect((await browser.post('/console/holidays/ready', {})).status).toBe(303)
  expect(await readSetting(test.house.db, 'holidays')).toEqual({ french: false, own: [{ day: '2026-12-28', name: 'Closed' }] })
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/console/holidays')).status).toBe(403)
  expect((await bob.post('/console/holidays', { day: '2027-01-04', name: '' })).status).toBe(403)
})
