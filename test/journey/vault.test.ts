import { expect, test } from 'bun:test'
import { accessible } from '../support/accessible.ts'
import { openBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD } from '../support/house.ts'
import { freePort } from '../support/installation.ts'
import { completedEnvelope } from '../vault/evidence/package.ts'

test('a document is found by its words, opened at the page, laid into a folder and printed; on a phone without scripts too', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using house = await openTestHouse({ authority: true, realTime: true, origin })
  const server = Bun.serve({ port, hostname: '127.0.0.1', fetch: (request) => house.server.fetch(request, '127.0.0.1') })
  await using chrome = await openBrowser(() => origin)
  try {
    const id = await completedEnvelope(house)
    await house.drain()
    const { page } = await chrome.person()
    const signIn = async (at: typeof page) => {
      await at.goto(`${origin}/sign-in`)
      await at.fill('[name=email]', 'ann@acme.example')
      await at.fill('[name=password]', PASSWORD)
      await at.press('[name=password]', 'Enter')
      await at.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    }
    await signIn(page)
    await page.goto(`${origin}/vault`)
    expect(await accessible(page)).toEqual([])
    await page.fill('[name=search]', 'agreem')
    await page.press('[name=search]', 'Enter')
    await page.waitForSelector('.hit mark')
    expect(await accessible(page)).toEqual([])
    await page.click('.hit__page >> nth=0')
    await page.waitForURL(new RegExp(`/vault/${id}\\?search=agreem#page-`))
    await page.waitForSelector('.sheets__page--hit')
    expect(await accessible(page)).toEqual([])

    await page.goto(`${origin}/vault/folders/new`)
    await page.fill('[name=name]', 'Contracts')
    await page.press('[name=name]', 'Enter')
    await page.waitForURL(/folder=fld_/)
    expect(await accessible(page)).toEqual([])
    await page.goto(`${origin}/vault`)
    await page.check('[data-pick-all]')
    expect(await page.textContent('[data-pick-count]')).toContain('1')
    await page.selectOption('[name=target]', { label: 'Contracts' })
    await page.click('button[formaction="/vault/moves"]')
    await page.waitForSelector('.flash')
    await page.click('.tree__folder:has-text("Contracts")')
    await page.waitForSelector(`a[href="/vault/${id}"]`)
    for (const path of [
      '/vault/imports',
      '/vault/retention',
      '/vault/retention/new',
      '/vault/disposals',
      `/vault/${id}/details`,
      '/vault/print',
      '/console/vault',
    ]) {
      await page.goto(`${origin}${path}`)
      expect([path, await accessible(page)]).toEqual([path, []])
    }

    const phone = await chrome.browser.newContext({ viewport: { width: 320, height: 700 }, locale: 'fr-FR', javaScriptEnabled: false })
    const small = await phone.newPage()
    await signIn(small)
    for (const path of ['/vault', '/vault?search=agreement', `/vault/${id}`, '/vault/imports', '/vault/retention', '/console/vault']) {
      await small.goto(`${origin}${path}`)
      const box = await small.locator('main').boundingBox()
      expect([path, box!.x + box!.width <= 320]).toEqual([path, true])
    }
    await small.goto(`${origin}/vault`)
    await small.check(`input[value="${id}"]`)
    await small.selectOption('[name=target]', '')
    await small.click('button[formaction="/vault/moves"]')
    await small.waitForSelector('.flash')
    expect(chrome.complaints).toEqual([])
  } finally {
    await server.stop(true)
  }
}, 300_000)
