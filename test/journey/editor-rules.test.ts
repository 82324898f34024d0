import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { fieldsOf, type PlacedField } from '../../src/envelope/fields.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { prepareDraft } from '../http/envelopes/draft.ts'

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse()
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  await house.house.db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(house.house.clock()), 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
  })
  browser = await openBrowser(origin)
}, 60_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

test.each([
  ['en', false],
  ['fr', true],
] as const)(
  'a sender sets up a choice, a list, amounts, a sum and a condition, and is told what cannot be meant (%s, on a phone: %p)',
  async (language, phone) => {
    const draft = await prepareDraft(house)
    await house.house.db.updateTable('user').set({ language }).where('id', '=', draft.ann.id).execute()
    const { page } = await browser.person({ phone, language })
    await page.goto(`${origin()}/sign-in?next=/account`)
    await page.fill('[name="email"]', 'ann@acme.example')
    await page.fill('[name="password"]', PASSWORD)
    await Promise.all([page.waitForURL('**/account'), page.press('[name="password"]', 'Enter')])
    await page.goto(`${origin()}/envelopes/${draft.envelope.id}/draft`)
    await page.waitForSelector('[data-editor][data-ready]')
    const looked = async (name: string): Promise<void> => {
      const folder = process.env['PARAPHE_PICTURES']
      if (folder) await page.screenshot({ path: `${folder}/editor-rules-${language}-${name}.png` })
    }
    const rule = (path: string) => page.locator(`[data-rule="${path}"]:visible`)
    const property = (name: string) => page.locator(`[data-property="${name}"]:visible`)
    const error = page.locator('[data-error]')

    // By keys alone: a kind is added where there is room, and its properties opened with Enter.
    const add = async (kind: string): Promise<void> => {
      if (phone) {
        const close = page.locator('[data-panel] [data-close]:visible')
        if (await close.count()) await close.click()
        await page.click('[data-opens="palette"]')
      }
      await page.check(`input[name="editor-recipient"][value="${draft.marie.id}"]`, { force: true })
      await page.locator(`[data-palette] [data-kind="${kind}"]`).focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('Enter')
      await page.locator('[data-some]:not([hidden])').waitFor()
    }
    await add('radio')
    expect(await rule('group').inputValue()).toBe('Question')
    await rule('group').fill('Paiement')
    await property('label').fill('Mensuel')
    await add('radio')
    expect(await rule('group').inputValue()).toBe('Paiement')
    await property('label').fill('Comptant')

    await add('drop-down')
    await error.filter({ hasText: /./ }).waitFor()
    await looked('empty-list')
    await rule('options').fill('Bronze\nArgent\n\nOr')
    await property('label').fill('Formule')
    await error.waitFor({ state: 'hidden' })

    await add('text')
    await rule('format.type').selectOption('amount')
    await rule('format.max').fill('5000')
    await rule('name').fill('prix')
    await property('label').fill('Prix')
    await property('value').fill('1 234,5')
    await add('calculation')
    await rule('formula').fill('prix * mois')
    await error.filter({ hasText: 'mois' }).waitFor()
    await rule('formula').fill('round(prix * 12; 2)')
    await rule('format.type').selectOption('amount')
    await property('autoSize').check()
    await error.waitFor({ state: 'hidden' })
    await looked('formula')

    await add('text')
    await property('label').fill('Référence')
    await rule('format.type').selectOption('pattern')
    await rule('format.pattern').fill('(a+)+\\1')
    await page.locator('[data-tried]').filter({ hasText: /./ }).waitFor()
    await rule('format.pattern').fill('[A-Z]{2}-\\d{4}')
    await rule('format.sentence').fill('Deux lettres, quatre chiffres.')
    await page.fill('[data-try]', 'AB-12')
    expect(await page.textContent('[data-tried]')).toBe('Deux lettres, quatre chiffres.')
    await page.fill('[data-try]', 'AB-1234')
    expect(await page.textContent('[data-tried]')).toBe(language === 'en' ? 'Fits' : 'Convient')
    await rule('help').fill('Comme sur le devis.')
    const formule = await rule('show.field').locator('option', { hasText: 'Formule' }).getAttribute('value')
    await rule('show.field').selectOption(formule)
    await rule('show.value').fill('Platine')
    await error.filter({ hasText: 'Platine' }).waitFor()
    await rule('show.value').fill('Or')
    await error.waitFor({ state: 'hidden' })
    await rule('show.field').scrollIntoViewIfNeeded()
    await looked('condition')
    expect(await accessible(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)

    const all = await stored(page, draft.envelope)
    const of = (label: string): PlacedField => all.find((field) => field.label === label)!
    expect(of('Mensuel')).toMatchObject({ kind: 'radio', recipientId: draft.marie.id, rules: { group: 'Paiement' } })
    expect(of('Formule').rules).toEqual({ options: ['Bronze', 'Argent', 'Or'] })
    expect(of('Prix')).toMatchObject({
      value: '1234.50',
      rules: { name: 'prix', format: { type: 'amount', currency: 'EUR', max: '5000' } },
    })
    expect(all.find(({ kind }) => kind === 'calculation')).toMatchObject({ fontSize: 0, rules: { formula: 'round(prix * 12; 2)' } })
    expect(of('Référence').rules).toMatchObject({
      help: 'Comme sur le devis.',
      format: { type: 'pattern', pattern: '[A-Z]{2}-\\d{4}', sentence: 'Deux lettres, quatre chiffres.' },
      show: { field: of('Formule').id, is: 'equals', value: 'Or' },
    })

    // Before it is sent, what is left is told in plain words.
    await page.reload()
    await page.waitForSelector('[data-editor][data-ready]')
    await page.locator(`[data-field="${of('Comptant').id}"]`).focus()
    await page.keyboard.press('Delete')
    await page.locator('.placed--faulty').waitFor()
    await stored(page, draft.envelope)
    await page.reload()
    expect((await page.locator('.missing li').allTextContents()).join('\n')).toMatch(/Mensuel.*Paiement/)
    expect(browser.complaints).toEqual([])
  },
  120_000,
)

async function stored(page: Page, envelope: { id: string }): Promise<PlacedField[]> {
  await page.locator('[data-editor][data-saving="saved"]').waitFor()
  return fieldsOf(house.house.db, envelope)
}
