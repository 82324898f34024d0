import { expect, test } from 'bun:test'
import { vaultLinkUrl } from '../../src/envelope/vault-link.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD } from '../support/house.ts'
import { freePort } from '../support/installation.ts'
import { completedEnvelope, Unpacked } from '../vault/evidence/package.ts'

test('a finished document is annulled by keyboard, reinstated on a phone without scripts, and its evidence taken', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using house = await openTestHouse({ authority: true, realTime: true, origin })
  const server = Bun.serve({ port, hostname: '127.0.0.1', fetch: (request) => house.server.fetch(request, '127.0.0.1') })
  await using chrome = await openBrowser(() => origin)
  try {
    const id = await completedEnvelope(house)
    const { db, secretKey } = house.house
    const { documentId } = await db.selectFrom('document').select('documentId').executeTakeFirstOrThrow()
    const link = await db.selectFrom('vaultLink').selectAll().executeTakeFirstOrThrow()

    const { page } = await chrome.person()
    const signIn = async (at: typeof page) => {
      await at.goto(`${origin}/sign-in`)
      await at.fill('[name=email]', 'ann@acme.example')
      await at.fill('[name=password]', PASSWORD)
      await at.press('[name=password]', 'Enter')
      await at.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    }
    await signIn(page)
    await page.goto(`${origin}/vault/${id}`)
    expect(await accessible(page)).toEqual([])
    const taken = page.waitForEvent('download')
    await page.click(`a[href="/vault/${id}/evidence.zip"]`)
    using evidence = new Unpacked(await Bun.file(await (await taken).path()).bytes())
    expect(evidence.judge().faults).toEqual([])

    await page.focus(`a[href="/vault/${id}/annulment"]`)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/annulment$/)
    await page.press('button.button--danger', 'Enter')
    await page.waitForSelector('[aria-invalid="true"]')
    expect(await accessible(page)).toEqual([])
    await page.fill('[name=reason]', `Signed twice. ${'unbreakable'.repeat(40)}`)
    await page.press('button.button--danger', 'Enter')
    await page.waitForSelector('.standing-card--stop')
    expect(await accessible(page)).toEqual([])
    await page.goto(`${origin}/verify/${documentId}`)
    await page.waitForSelector('.verdict--stop')
    expect(await accessible(page)).toEqual([])
    expect(await page.textContent('main')).not.toContain('Signed twice')

    const phone = await chrome.browser.newContext({ viewport: { width: 375, height: 740 }, locale: 'fr-FR', javaScriptEnabled: false })
    const small = await phone.newPage()
    await signIn(small)
    const narrow = async () => {
      const box = await small.locator('main').boundingBox()
      expect(box!.x + box!.width).toBeLessThanOrEqual(375)
    }
    await small.goto(`${origin}/vault/${id}`)
    await narrow()
    await small.click(`a[href="/vault/${id}/reinstatement"]`)
    await narrow()
    await small.fill('[name=reason]', 'Elle valait bien.')
    await small.check('[name=public]')
    await small.click('button.button--primary')
    await small.waitForURL(`${origin}/vault/${id}`)
    await narrow()
    await small.goto(`${origin}/verify/${documentId}`)
    expect(await small.textContent('main')).toContain('Elle valait bien.')
    await small.goto(vaultLinkUrl(origin, secretKey, link))
    await narrow()
    await phone.close()
    expect(chrome.complaints).toEqual([])
  } finally {
    server.stop(true)
  }
}, 180_000)
