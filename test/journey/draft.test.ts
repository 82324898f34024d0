import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { PDFDocument } from 'pdf-lib'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { addContact } from '../../src/contact/contacts.ts'
import { changeDraft, findDraft } from '../../src/envelope/drafting.ts'
import { fieldsOf, placeFields } from '../../src/envelope/fields.ts'
import { encodePng } from '../../src/image/png.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { putObject } from '../../src/store/object.ts'
import { encryptedPdf } from '../support/encrypted-pdf.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { photographedSignature } from '../support/picture.ts'
import { actOf, ann, CLAIRE, draftFor, recipientNamed, send, sign } from '../support/signing.ts'

const CONTRACT = join(import.meta.dir, '../../static/sample/contract.en.pdf')
const picture = (name: string, width: number) => ({
  name,
  mimeType: 'image/png',
  buffer: Buffer.from(encodePng(photographedSignature(width, 60))),
})

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
const origin = (): string => `http://127.0.0.1:${door.port}`

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
  await addContact(db, actOf(house.house, await ann(house)), {
    firstName: 'Marie',
    lastName: 'Dupont',
    email: 'marie@dupont.example',
    phone: null,
    company: 'Maison Dupont',
    jobTitle: '',
    language: 'fr',
    comment: '',
    companyDetails: '',
  })
  browser = await openBrowser(origin)
}, 30_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

async function signedIn(options: { phone?: boolean } = {}): Promise<Page> {
  const { page } = await browser.person(options)
  await page.goto(`${origin()}/sign-in?next=/envelopes`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL('**/envelopes'), page.press('[name="password"]', 'Enter')])
  return page
}

const draftId = (page: Page): string => /env_\w+/.exec(page.url())![0]
const envelope = (id: string) => house.house.db.selectFrom('envelope').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const saved = (page: Page) => page.locator('[data-saved].saved--done').waitFor()

test('from nothing to sent: files, people, details that save themselves, and the page that waits', async () => {
  const page = await signedIn()
  await page.getByRole('button', { name: 'New document' }).click()
  await page.waitForURL('**/draft')
  const id = draftId(page)

  // One that is none stays to be left out; what is good is there already.
  await page.setInputFiles('[name="files"]', [
    { name: 'bad.pdf', mimeType: 'application/pdf', buffer: Buffer.from('hello') },
    { name: 'empty.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) },
    { name: 'contract.pdf', mimeType: 'application/pdf', buffer: Buffer.from(await Bun.file(CONTRACT).arrayBuffer()) },
    picture('page one.png', 80),
    picture('page two.png', 90),
  ])
  // Every part of the page knows the files that are in; what was refused is still told.
  await page.locator('[data-editor][data-ready]').waitFor()
  await page.locator('.document').nth(1).waitFor()
  expect(await page.locator('h1').innerText()).toBe(await page.locator('#title').inputValue())
  expect(await page.locator('.upload').allInnerTexts()).toEqual([
    expect.stringContaining('“bad.pdf” is not a PDF'),
    expect.stringContaining('“empty.pdf” is empty'),
  ])
  expect(await page.locator('.document .row__note').allInnerTexts()).toEqual(['2 pages · contract.pdf', '2 pages · page one.png'])
  for (const left of [1, 0]) {
    await page.getByRole('button', { name: 'Leave it out' }).first().click()
    expect(await page.locator('.upload').count()).toBe(left)
  }

  await page.fill('#title', 'Agreement with Marie')
  await saved(page)
  expect((await envelope(id)).title).toBe('Agreement with Marie')
  expect(await page.locator('h1').innerText()).toBe('Agreement with Marie')

  await page.getByRole('combobox', { name: 'From contacts and staff' }).fill('dup')
  await page.getByRole('option', { name: /Marie Dupont/ }).waitFor()
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')])
  expect(await page.locator('.person strong').allInnerTexts()).toEqual(['Ann Archer', 'Marie Dupont'])

  // What was refused is told beside its field, and goes once it is right.
  await page.fill('[name="deadlineDay"]', '2020-01-01')
  await page.locator('#send .field__error').waitFor()
  await page.fill('[name="deadlineDay"]', '2026-12-24')
  await page.locator('#send .field__error').waitFor({ state: 'detached' })

  // The fields come from elsewhere: the last look hears of the new version.
  expect(await page.locator('.missing a').allInnerTexts()).toEqual([
    'Ann Archer has no signature field yet.',
    'Marie Dupont has no signature field yet.',
  ])
  const { db } = house.house
  const user = await ann(house)
  const recipients = await db.selectFrom('recipient').select('id').where('envelopeId', '=', id).execute()
  const document = await db
    .selectFrom('document')
    .select('id')
    .where('envelopeId', '=', id)
    .where('position', '=', 0)
    .executeTakeFirstOrThrow()
  const { version } = await placeFields(db, actOf(house.house, user), user, id, {
    version: (await envelope(id)).version,
    fields: recipients.map((recipient, at) => ({
      id: `new-${at}`,
      documentId: document.id,
      recipientId: recipient.id,
      kind: 'signature' as const,
      page: 1,
      x: 60,
      y: 500 + at * 80,
      width: 180,
      height: 50,
      required: true,
      readOnly: false,
      label: '',
      value: '',
      fontSize: 10,
    })),
  })
  await page.evaluate(`document.dispatchEvent(new CustomEvent('paraphe:version', { detail: { version: ${version} } }))`)
  await page.getByText('Everything is in place.').waitFor()
  expect((await fieldsOf(db, { id })).length).toBe(2)

  // Typed and sent in one breath.
  await page.fill('[name="subject"]', 'Please sign this')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.waitForURL(`**/envelopes/${id}`)
  expect(await page.locator('.standing').innerText()).toContain('Sending')
  await house.drain()
  await page.getByText('With us').waitFor()
  expect(await envelope(id)).toMatchObject({ status: 'sent', subject: 'Please sign this', deadline: '2026-12-24T22:59:00.000Z' })
  await Promise.all([page.waitForURL('**/s/inv_*'), page.getByRole('button', { name: 'Sign now' }).click()])
  expect(browser.complaints).toEqual([])
}, 90_000)

test('a locked file asks for its password, and what acts by itself is taken out on a word', async () => {
  const page = await signedIn()
  await page.getByRole('button', { name: 'New document' }).click()
  await page.waitForURL('**/draft')
  const id = draftId(page)
  const contract = new Uint8Array(await Bun.file(CONTRACT).arrayBuffer())
  const acting = await PDFDocument.load(contract)
  acting.addJavaScript('open', 'app.alert(1)')
  const file = (name: string, bytes: Uint8Array) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from(bytes) })
  await page.setInputFiles('[name="files"]', file('locked.pdf', await encryptedPdf(contract, 'open sesame')))

  const asked = page.getByLabel('Password of “locked.pdf”')
  await asked.waitFor()
  expect(await asked.evaluate('document.activeElement.type')).toBe('password')
  await asked.fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('This is not the password of “locked.pdf”.').waitFor()
  expect(await page.locator('.document').count()).toBe(0)
  await page.getByLabel('Password of “locked.pdf”').fill('open sesame')
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Open', exact: true }).click()])
  await page.getByText('The file was opened with the password that you gave.').waitFor()

  await Promise.all([page.waitForEvent('load'), page.setInputFiles('[name="files"]', file('acting.pdf', await acting.save()))])
  await page.getByText('Something in this file acts by itself').waitFor()
  expect(await page.locator('.missing').innerText()).toContain('holds active content')
  await page.getByRole('button', { name: 'Agree to take it out' }).click()
  await page.getByText('What acted by itself will be removed: JavaScript.').waitFor()
  expect(await page.locator('.missing').innerText()).not.toContain('holds active content')
  const kept = await house.house.db.selectFrom('document').select(['fileName', 'findings']).where('envelopeId', '=', id).execute()
  expect(kept.map(({ fileName }) => fileName)).toEqual(['locked.pdf', 'acting.pdf'])
}, 90_000)

test('documents are dragged into order; the arrows do the same', async () => {
  const page = await signedIn()
  await page.getByRole('button', { name: 'New document' }).click()
  await page.waitForURL('**/draft')
  const buffer = Buffer.from(await Bun.file(CONTRACT).arrayBuffer())
  await Promise.all([
    page.waitForEvent('load', { timeout: 30_000 }),
    page.setInputFiles(
      '[name="files"]',
      ['a', 'b', 'c'].map((name) => ({ name: `${name}.pdf`, mimeType: 'application/pdf', buffer })),
    ),
  ])
  const order = async () => (await page.locator('.document .row__note').allInnerTexts()).map((text) => text.at(-5))
  expect(await order()).toEqual(['a', 'b', 'c'])
  await page.waitForLoadState('domcontentloaded')
  await page.evaluate('scrollTo(0, 0); new Promise(requestAnimationFrame)')
  await page.waitForTimeout(300)
  const [grip, last] = [await page.locator('[data-grip]').nth(0).boundingBox(), await page.locator('.document').nth(2).boundingBox()]
  await page.mouse.move(grip!.x + 6, grip!.y + 10)
  await page.mouse.down()
  for (const share of [0.4, 0.8, 1]) await page.mouse.move(grip!.x + 6, grip!.y + (last!.y + 30 - grip!.y) * share)
  await Promise.all([page.waitForEvent('domcontentloaded'), page.mouse.up()])
  expect(await order()).toEqual(['b', 'c', 'a'])
  await Promise.all([
    page.waitForEvent('domcontentloaded'),
    page
      .getByRole('button', { name: /^Move .* up$/ })
      .last()
      .click(),
  ])
  expect(await order()).toEqual(['b', 'a', 'c'])
}, 90_000)

test('on a phone nothing is wider than the screen, and the menu of a row opens and closes', async () => {
  const page = await signedIn({ phone: true })
  await page.setViewportSize({ width: 320, height: 640 })
  const list = await house.house.db.selectFrom('envelope').select('id').execute()
  for (const path of ['/envelopes', '/waiting', ...list.map(({ id }) => `/envelopes/${id}`)]) {
    await page.goto(`${origin()}${path}`)
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 320])
  }
  await page.goto(`${origin()}/envelopes`)
  await page.locator('.menu__button').first().click()
  expect(await page.getByRole('link', { name: 'Open' }).first().isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  expect(await page.locator('details.menu[open]').count()).toBe(0)
}, 60_000)

test('a name without a space keeps to the page in the vault and in the list, and a large logo to its corner', async () => {
  const user = await ann(house)
  const { db } = house.house
  const long = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft'
  const draft = await draftFor(house, user, [{ ...CLAIRE, company: long }])
  await changeDraft(db, actOf(house.house, user), user, draft.id, { title: long })
  await send(house, user, await findDraft(db, user, draft.id))
  await sign(house, (await recipientNamed(house, draft.id, 'Claire')).id)
  await house.drain()
  const logo = await putObject(db, encodePng({ width: 400, height: 120, rgba: new Uint8Array(400 * 120 * 4).fill(120) }))
  await db.updateTable('legalEntity').set({ logoDigest: logo.digest }).execute()
  const page = await signedIn()
  await page.setViewportSize({ width: 375, height: 740 })
  for (const path of [`/vault/${draft.id}`, '/vault', '/envelopes', `/envelopes/${draft.id}`, '/console/outbox']) {
    await page.goto(`${origin()}${path}`)
    expect([path, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([path, 0])
    expect(
      await page.evaluate(
        `Math.max(0, ...[...document.querySelectorAll('td')].map((cell) => cell.getBoundingClientRect().right - innerWidth))`,
      ),
    ).toBe(0)
  }
  await page.context().clearCookies()
  await page.goto(`${origin()}/sign-in`)
  expect((await page.locator('.quiet__brand img').boundingBox())!.height).toBe(32)
}, 60_000)
