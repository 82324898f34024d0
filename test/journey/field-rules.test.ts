import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { currentInvitation, invitationUrl } from '../../src/envelope/invitation.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { readObject } from '../../src/store/object.ts'
import { verifyUploaded } from '../../src/verification/uploaded.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { textOf } from '../support/pdf-text.ts'
import { ruledDraft } from '../support/ruled-draft.ts'
import { ann, codeOf, recipientNamed, send, sign } from '../support/signing.ts'

const WORDS = {
  en: { iban: /not an IBAN/, asked: 'Now asked: Months', notAsked: 'No longer asked: Months', price: '€1,234.50', total: '€13,332.60' },
  fr: {
    iban: /pas un IBAN/,
    asked: 'Maintenant demandé\u202f: Months',
    notAsked: 'N’est plus demandé\u202f: Months',
    price: '1 234,50 €',
    total: '13 332,60 €',
  },
} as const

test.each([
  ['fr', true],
  ['en', false],
] as const)(
  'a client answers a choice, a list, an amount and what follows from them, is told of a wrong IBAN, and signs (%s, on a phone: %p)',
  async (language, phone) => {
    await using house = await openTestHouse({ authority: true, realTime: true })
    const { db } = house.house
    const door = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
    })
    const origin = `http://127.0.0.1:${door.port}`
    await using browser = await openBrowser(() => origin)
    await db.transaction().execute(async (tx) => {
      const installation = await readSetting(tx, 'installation')
      await writeSetting(tx, systemAct(house.house.clock()), 'installation', { ...installation, staffUrl: origin, publicUrl: origin })
    })
    const user = await ann(house)
    const draft = await ruledDraft(house, user, { claire: 'en', marie: language })
    await send(house, user, draft)
    await sign(house, (await recipientNamed(house, draft.id, 'Claire')).id)
    const { id } = await recipientNamed(house, draft.id, 'Marie')
    const invitation = await currentInvitation(db, id, house.house.clock())

    const { page } = await browser.person({ phone, language })
    const looked = async (name: string): Promise<void> => {
      const folder = process.env['PARAPHE_PICTURES']
      if (folder) await page.screenshot({ path: `${folder}/rules-${language}-${name}.png` })
    }
    await page.goto(invitationUrl(origin, house.house.secretKey, invitation!))
    await page.locator('.bar__button').click()
    await page.waitForURL('**/consent')
    await page.locator('.bar__button').click()
    await page.waitForURL('**/code')
    await page.fill('[name="code"]', await codeOf(house, id))
    await page.waitForURL('**/fields', { timeout: 5_000 }).catch(() => page.locator('.bar__button').click())
    await page.waitForURL('**/fields')
    await page.waitForSelector('.is-laid')
    const place = (label: string) => page.locator(`[data-place][data-name*="${label}"]`)
    const typed = phone ? onSheet(page) : onPage(page)
    const told = WORDS[language]
    expect(await place('Months').isVisible()).toBe(false)
    await place('Formule').scrollIntoViewIfNeeded()
    await looked('empty')

    // What a choice asks for more is there at once, and said.
    await typed.choose('Payment', 'Monthly')
    await place('Months').waitFor()
    expect(await page.textContent('[data-voice]')).toBe(told.asked)
    await typed.choose('Payment', 'At once')
    await place('Months').waitFor({ state: 'hidden' })
    expect(await page.textContent('[data-voice]')).toBe(told.notAsked)
    await typed.choose('Payment', 'Monthly')

    await typed.pick('Formule', 'Argent ✓')
    await typed.enter('Price', '1 234,5')
    await typed.enter('Months', '12')
    await expectText(page, '[data-kind="calculation"] output', told.total)
    await typed.enter('IBAN', 'FR14 2004 1010 0505 0001 3M02 607', told.iban)
    await looked('refused')
    await typed.correct('IBAN', 'FR1420041010050500013M02606')
    await typed.enter('Postcode', '75001')
    await looked('filled')
    expect(await accessible(page)).toEqual([])
    await page.evaluate('document.activeElement.blur()')
    await page.waitForFunction("!document.querySelector('[data-saved-state]').textContent.endsWith('…')")
    await page.waitForTimeout(900)
    // The sum, also worked out by the server, is there when they come back.
    await page.reload()
    await page.waitForSelector('.is-laid')
    await expectText(page, '[data-kind="calculation"] output', told.total)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)

    await page.locator('[data-kind="signature"] [data-mark]').click()
    const sheet = page.locator('dialog[open]')
    await sheet.locator('button[type="submit"]:visible').first().click()
    await page.waitForSelector('[data-kind="signature"] img')
    await page.locator('[data-next-step]').click()
    for (let tries = 0; tries < 4 && !page.url().endsWith('/preview'); tries++) {
      await page.waitForTimeout(600)
      if (await page.locator('dialog[open]').count()) await page.locator('dialog[open] [data-entry-next]').click()
      else if (!page.url().endsWith('/preview')) await page.locator('[data-next-step]').click()
    }
    await page.waitForURL('**/preview')
    await looked('preview')
    await page.locator('.bar__button:enabled').click()
    await page.waitForURL((url) => !url.pathname.endsWith('/preview'))
    await house.drain()

    const [document] = await listDocuments(db, draft.id)
    const pdf = await readObject(db, (await headRevision(db, document!.id))!.objectDigest)
    const text = (await textOf(pdf)).replaceAll('\u00a0', ' ')
    for (const drawn of ['Argent ✓', told.price, told.total, 'FR14 2004 1010 0505 0001 3M02 606', '75001'])
      expect([drawn, text.includes(drawn)]).toEqual([drawn, true])
    const { report } = await verifyUploaded(house.house, pdf, house.house.clock())
    expect([report.answer, report.faults]).toEqual(['genuine', []])
    expect(browser.complaints).toEqual([])
    await door.stop(true)
  },
  240_000,
)

const expectText = async (page: Page, selector: string, text: string): Promise<void> => {
  for (let tries = 0; tries < 50; tries++) {
    if ((await page.locator(selector).first().textContent())?.replaceAll('\u00a0', ' ') === text) break
    await page.waitForTimeout(100)
  }
  expect((await page.locator(selector).first().textContent())?.replaceAll('\u00a0', ' ')).toBe(text)
}

const placeIn = (page: Page, label: string) => page.locator(`[data-place][data-name*="${label}"]`)

/** On a desk: in the fields themselves. */
const onPage = (page: Page) => ({
  choose: (question: string, answer: string) => placeIn(page, `${question}: ${answer}`).locator('.place__tick').click(),
  pick: async (label: string, option: string) => void (await placeIn(page, label).locator('select').selectOption(option)),
  async enter(label: string, text: string, refused?: RegExp) {
    const control = placeIn(page, label).locator('.place__control')
    await control.fill(text)
    await control.blur()
    const error = placeIn(page, label).locator('.place__error')
    if (refused) expect(await error.textContent()).toMatch(refused)
    else expect(await error.isVisible()).toBe(false)
  },
  correct(label: string, text: string) {
    return this.enter(label, text)
  },
})

/** With a finger: on a sheet of its own. */
const onSheet = (page: Page) => {
  const sheet = page.locator('dialog[open]')
  const done = async (): Promise<void> => {
    await sheet.locator('[data-entry-next]').click()
    // The next one opens by itself.
    await page.waitForTimeout(300)
    if (await sheet.count()) await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'hidden' })
  }
  return {
    choose: (question: string, answer: string) =>
      page.locator(`[data-place][data-question="${question}"][data-answer="${answer}"] .place__tick`).tap(),
    async pick(label: string, option: string) {
      await placeIn(page, label).locator('.place__open').tap()
      await sheet.locator('select').selectOption(option)
      await done()
    },
    async enter(label: string, text: string, refused?: RegExp) {
      await placeIn(page, label).locator('.place__open').tap()
      await sheet.locator('.entry__control').fill(text)
      if (!refused) return done()
      await sheet.locator('[data-entry-next]').click()
      await sheet.locator('[data-entry-error]:not([hidden])').waitFor()
      expect(await sheet.locator('[data-entry-error]').textContent()).toMatch(refused)
    },
    async correct(_label: string, text: string) {
      await sheet.locator('.entry__control').fill(text)
      await done()
    },
  }
}
