import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { append } from '../../src/audit/trail.ts'
import { takeCheckpoint } from '../../src/upkeep/checkpointing.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
const port = freePort()
const origin = `http://127.0.0.1:${port}`

beforeAll(async () => {
  house = await openTestHouse({ authority: true, origin })
  door = Bun.serve({
    port,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  await house.house.db.transaction().execute(async (tx) => {
    const act = { ...systemAct(house.house.clock()), ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348' }
    for (let one = 0; one < 120; one++)
      await append(tx, act, {
        type: 'contact.added',
        detail: { contact: `con_${one}` },
        clear: { name: one === 7 ? `Wolfeschlegelsteinhausenbergerdorff${'a'.repeat(80)}` : `Person ${one}` },
      })
  })
  await takeCheckpoint(house.house)
  browser = await openBrowser(() => origin)
}, 60_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

async function signedIn(options: { phone?: boolean; language?: 'en' | 'fr' } = {}): Promise<Page> {
  const { page } = await browser.person(options)
  await page.goto(`${origin}/sign-in?next=/console/audit`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL('**/console/audit'), page.press('[name="password"]', 'Enter')])
  await page.context().addCookies([{ name: 'lang', value: options.language ?? 'en', url: origin }])
  return page
}

test('by keyboard: what is typed is found, stays in the address, and the pages go there and back', async () => {
  const page = await signedIn()
  await page.focus('[name="person"]')
  await page.keyboard.type('Person')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/console/audit?person=Person&**')
  expect(await page.locator('.empty').count()).toBe(1) // a name is found whole, in what the log says in clear
  await page.goto(`${origin}/console/audit`)
  await page.selectOption('[name="type"]', 'contact')
  await page.focus('[name="type"]')
  await page.locator('form[role="search"] button').press('Enter')
  await page.waitForURL('**type=contact**')
  const first = await page.locator('tbody tr').count()
  await page.click('[rel="next"]')
  await page.click('[rel="next"]')
  expect([first, await page.locator('tbody tr').count()]).toEqual([50, 20])
  expect(page.url()).toContain('type=contact')
  await page.click('[rel="prev"]')
  await page.click('[rel="prev"]')
  expect(await page.locator('tbody tr').first().locator('td').nth(3).textContent()).toContain('Person 119')
}, 60_000)

test('the log is downloaded, and checks itself where there is no server', async () => {
  const page = await signedIn()
  await page.click('text=Take it out and check it')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('form[action="/console/audit/export"] button')])
  expect(download.suggestedFilename()).toMatch(/^audit-log \d{4}-\d{2}-\d{2}\.tar$/)
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-taken-'))
  try {
    await download.saveAs(join(folder, 'log.tar'))
    Bun.spawnSync(['tar', 'xf', 'log.tar'], { cwd: folder })
    const fingerprint = (await page.locator('.command').nth(1).textContent())!.replaceAll(/\s/g, '')
    const check = Bun.spawnSync(['python3', 'audit-log/verify.py', '--key', fingerprint], { cwd: folder })
    expect(check.stdout.toString()).toEndWith('WHOLE\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

test.each([
  ['en', false],
  ['fr', false],
  ['en', true],
  ['fr', true],
] as const)(
  'every page of it reads well (%s, phone %p): accessible, nothing wider than the screen, nothing from elsewhere',
  async (language, phone) => {
    const page = await signedIn({ language, phone })
    for (const path of ['', '?person=nobody', '?type=contact&from=2026-11-01', '/export', '/witness', '/erasure', '/erasure?person=bob']) {
      await page.goto(`${origin}/console/audit${path}`)
      expect([path, await accessible(page)]).toEqual([path, []])
      expect([path, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([path, true])
    }
    await page.goto(`${origin}/console/audit/erasure?person=bob`)
    await page.locator('.row a').first().click()
    await page.waitForURL('**/erasure/usr_*')
    expect(await accessible(page)).toEqual([])
    expect(browser.complaints).toEqual([])
  },
  120_000,
)
