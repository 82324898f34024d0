import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { findDraft, startDraft } from '../../src/envelope/drafting.ts'
import { fieldsOf } from '../../src/envelope/fields.ts'
import { addRecipient, removeRecipient } from '../../src/envelope/recipients.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { signedElsewhere } from '../support/signed-elsewhere.ts'
import { actOf, ann, CLAIRE, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
let page: Page
const origin = (): string => `http://127.0.0.1:${door.port}`
const looked = async (name: string): Promise<void> => {
  const folder = process.env['PARAPHE_PICTURES']
  if (folder) await page.screenshot({ path: `${folder}/received-${name}.png`, fullPage: true })
}

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  const { db } = house.house
  await db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(house.house.clock()), 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
  })
  browser = await openBrowser(origin)
  page = (await browser.person()).page
  await page.goto(`${origin()}/sign-in?next=/account`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL('**/account'), page.press('[name="password"]', 'Enter')])
}, 60_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

async function draftWithPeople(): Promise<string> {
  const user = await ann(house)
  const act = actOf(house.house, user)
  const { id } = await startDraft(house.house.db, act, user)
  for (const one of await listRecipients(house.house.db, id)) await removeRecipient(house.house.db, act, user, id, one.id)
  for (const person of [CLAIRE, MARIE]) await addRecipient(house.house.db, act, user, id, person)
  return id
}

const upload = async (name: string, bytes: Uint8Array): Promise<void> => {
  await page.setInputFiles('[name="files"]', { name, mimeType: 'application/pdf', buffer: Buffer.from(bytes) })
}

/** Chooses a kind and clicks on the page at so many points from its top left. */
async function put(kind: string, x: number, y: number): Promise<void> {
  await page.click(`[data-kind="${kind}"]`)
  const paper = page.locator('.leaf__paper').first()
  await paper.scrollIntoViewIfNeeded()
  const box = (await paper.boundingBox())!
  await page.mouse.click(box.x + (x / 612) * box.width, box.y + (y / 792) * box.height)
}

test('a certified file is uploaded, says what it takes, takes a signature into its empty field, and rests in the vault with its certificate', async () => {
  const { db } = house.house
  const id = await draftWithPeople()
  await page.goto(`${origin()}/envelopes/${id}/draft`)
  await upload('certified.pdf', signedElsewhere({ certify: 2, emptyField: true }))
  const told = page.locator('.document__main .told')
  await told.first().waitFor()
  expect(await told.allTextContents()).toEqual([
    expect.stringMatching(/already bears a signature \(Sven Svensson\)\. It is kept byte for byte.*one empty signature field/),
  ])
  await page.waitForSelector('[data-editor][data-ready]')
  await looked('draft')
  expect(await page.locator('.leaf__places rect').count()).toBe(1)
  await put('number', 150, 660)
  await page.locator('[data-voice]', { hasText: 'cannot be placed on this document' }).waitFor({ state: 'attached' })
  await put('signature', 150, 660)
  await page.locator('[data-field]').first().waitFor()
  await page.locator('[data-status]', { hasText: /^Saved/ }).waitFor({ state: 'attached' })
  expect(await fieldsOf(db, { id })).toMatchObject([{ kind: 'signature', x: 60, y: 632, width: 180, height: 60 }])
  await looked('placed')

  const user = await ann(house)
  await send(house, user, await findDraft(db, user, id))
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
  await house.drain()
  const [signed, certificate] = await listDocuments(db, id)
  await page.goto(`${origin()}/vault/${id}`)
  expect(await page.locator('section.card h2').allTextContents()).toEqual(
    expect.arrayContaining(['certified', 'Certificate of completion: certified']),
  )
  await looked('vault')
  const links = await page.locator('.actions a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  expect(links).toContain(`/vault/${id}/documents/${certificate!.id}/sealed.pdf`)
  expect(links).not.toContain(`/vault/${id}/documents/${signed!.id}/certificate.pdf`)
  expect(links).not.toContain(`/vault/${id}/documents/${certificate!.id}/original`)
  for (const path of [`${signed!.id}/certificate.pdf`, `${certificate!.id}/original`]) {
    const answer = await page.request.get(`${origin()}/vault/${id}/documents/${path}`)
    expect([path, answer.status()]).toEqual([path, 404])
  }
  for (const { id: document, pages } of [
    { id: signed!.id, pages: 1 },
    { id: certificate!.id, pages: 1 },
  ]) {
    const sheets = await page.locator(`img[src*="${document}"]`).count()
    expect(sheets).toBe(pages)
  }

  // By document ID and by file.
  await page.goto(`${origin()}/verify/${signed!.documentId}`)
  expect(await page.locator('h1').textContent()).toContain('Completed')
  const file = await page.request.get(`${origin()}/vault/${id}/documents/${signed!.id}/sealed.pdf?save`)
  await page.goto(`${origin()}/verify`)
  await page.setInputFiles('input[type="file"]', { name: 'back.pdf', mimeType: 'application/pdf', buffer: await file.body() })
  if (await page.locator('form button[type="submit"]').first().isVisible()) await page.locator('form button[type="submit"]').first().click()
  await page.waitForSelector('[data-answer]')
  expect(await page.locator('[data-answer]').getAttribute('data-answer')).toBe('foreign-intact')
  expect(await page.locator('[data-verdict]').textContent()).toBe('Intact, signed by others and by people known here')
  expect(await page.locator('[data-question="issued"] .asked__answer').textContent()).toContain('exactly this file')
  await looked('verified')
  expect(browser.complaints).toEqual([])
}, 120_000)

test('without JavaScript the same places are offered, and no others', async () => {
  const id = await draftWithPeople()
  const pocket = await browser.browser.newContext({ javaScriptEnabled: false, viewport: { width: 375, height: 740 }, locale: 'fr-FR' })
  await pocket.addCookies(await page.context().cookies())
  await page.goto(`${origin()}/envelopes/${id}/draft`)
  await upload('certified.pdf', signedElsewhere({ certify: 3, emptyField: true }))
  await page.locator('.document__main .told').first().waitFor()
  const plain = await pocket.newPage()
  await plain.goto(`${origin()}/envelopes/${id}/draft#fields`)
  expect(await plain.locator('select[name="place"] option').count()).toBe(1)
  expect(await plain.locator('select[name="kind"] option[value="number"]').count()).toBe(0)
  await plain.locator('form:has(select[name="place"]) button').click()
  expect(await fieldsOf(house.house.db, { id })).toMatchObject([{ kind: 'signature', x: 60, y: 632, width: 180, height: 60 }])
  if (process.env['PARAPHE_PICTURES'])
    await plain.screenshot({ path: `${process.env['PARAPHE_PICTURES']}/received-plain.png`, fullPage: true })
  await pocket.close()
}, 60_000)
