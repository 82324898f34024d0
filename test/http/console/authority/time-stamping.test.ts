import { expect, test } from 'bun:test'
import { openTestHouse } from '../../../support/house.ts'
import { openOutsideTsa } from '../../../support/outside-tsa.ts'

const PATH = '/console/authority/time-stamping'

test.each(['en', 'fr'])(
  'an outside clock is added after it was asked, put first, removed; what is wrong stands beside its field (%s)',
  async (language) => {
    using first = openOutsideTsa()
    using second = openOutsideTsa('Second')
    await using test = await openTestHouse({ authority: true, realTime: true })
    const browser = await test.browser()
    await browser.signIn('ann@acme.example')
    browser.cookies.set('lang', language)
    const page = await browser.get(PATH)
    expect(page.status).toBe(200)
    expect(page.text).not.toMatch(/\{\w+\}|undefined|\[object/)
    const add = (fields: Record<string, string>) =>
      browser.post(PATH, { name: 'A & <B>', url: first.url, rootPem: first.rootPem, ...fields })
    for (const [fields, field] of [
      [{ url: 'ftp://x' }, 'url'],
      [{ url: 'http://127.0.0.1:1/' }, 'url'],
      [{ rootPem: 'nothing' }, 'rootPem'],
      [{ rootPem: second.rootPem }, 'rootPem'],
      [{ name: '' }, 'name'],
    ] as const) {
      const { status, text } = await add(fields)
      expect([field, status, text.includes(`id="${field}-error"`)]).toEqual([field, 422, true])
    }
    expect((await add({})).status).toBe(303)
    expect((await add({ name: 'Second', url: second.url, rootPem: second.rootPem })).status).toBe(303)
    const { text } = await browser.get(PATH)
    expect(text).toContain('A &amp; &lt;B&gt;')
    expect(text.indexOf('A &amp;')).toBeLessThan(text.indexOf('2. <bdi>Second'))
    const ids = [...text.matchAll(/time-stamping\/(tsa_\w+)\/removal/g)].map(([, id]) => id!)
    expect((await browser.post(`${PATH}/${ids[1]}/preference`)).status).toBe(303)
    expect((await browser.get(PATH)).text).toContain('1. <bdi>Second')
    expect((await browser.post(`${PATH}/fallback`, { fallback: 'none' })).status).toBe(303)
    expect((await browser.post(`${PATH}/fallback`, { fallback: 'guess' })).status).toBe(422)
    expect((await browser.post(`${PATH}/${ids[0]}/removal`)).status).toBe(303)
    expect((await browser.post(`${PATH}/${ids[0]}/removal`)).status).toBe(404)
    expect((await browser.get(PATH)).text).not.toContain('A &amp;')
    const bob = await test.browser()
    await bob.signIn('bob@acme.example')
    expect((await bob.get(PATH)).status).toBe(403)
    expect((await bob.post(PATH, { name: 'x', url: first.url, rootPem: first.rootPem })).status).toBe(403)
  },
  60_000,
)
