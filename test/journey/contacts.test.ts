import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { addContact, NO_CONTACT } from '../../src/contact/contacts.ts'
import { encodePng } from '../../src/image/png.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { addStamp } from '../../src/setting/stamp.ts'
import { keepStampPicture } from '../../src/upkeep/stamp-picture.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { photographedSignature } from '../support/picture.ts'
import { actOf, ann } from '../support/signing.ts'

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

async function signedIn(language: 'en' | 'fr', options: { phone?: boolean } = {}): Promise<Page> {
  const { page } = await browser.person({ ...options, language })
  await page.context().addCookies([{ name: 'lang', value: language, url: origin() }])
  await page.goto(`${origin()}/sign-in?next=/contacts`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL('**/contacts'), page.press('[name="password"]', 'Enter')])
  return page
}
/** Pictures for a person to look at, where a folder is named for them. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['PARAPHE_PICTURES']
  if (folder) await page.screenshot({ path: `${folder}/contacts-${name}.png`, fullPage: true })
}
const fits = async (page: Page): Promise<boolean> => page.evaluate('document.documentElement.scrollWidth <= innerWidth')

const TABLE = [
  'Nom;Prénom;Courriel;Portable;Société;Fonction',
  'Dupont;Marie;marie@dupont.example;06 12 34 56 78;Maison Dupont SARL;Gérante',
  'Martin;Claire-Éléonore-Alexandrine;claire.eleonore.alexandrine.martin@une-tres-longue-adresse.example;;Société de Traitement des Eaux Industrielles du Grand Est et Associés;Responsable juridique',
  'Faux;Paul;pas une adresse;;;',
].join('\n')

test('imported, merged, sent to by keyboard, on both screens and in both languages', async () => {
  const page = await signedIn('fr')
  await shoot(page, '1-empty-fr')
  await page.getByRole('link', { name: 'Importer' }).first().click()
  await page.setInputFiles('[name="file"]', { name: 'carnet.csv', mimeType: 'text/csv', buffer: Buffer.from(TABLE) })
  await page.getByRole('button', { name: 'Regarder' }).click()
  await page.getByText('2 à ajouter').waitFor()
  expect(await page.getByText('« pas une adresse » n’est pas une adresse e-mail.').count()).toBe(1)
  await shoot(page, '2-preview-fr')
  expect(await accessible(page)).toEqual([])
  await page.check('[name="leavesOut"]')
  await page.getByRole('button', { name: 'Importer 2 contacts' }).click()
  await page.getByText('2 contacts ajoutés').waitFor()
  await shoot(page, '3-list-fr')
  expect(await accessible(page)).toEqual([])

  // The same person once more, by hand, then found and merged.
  house.wait(1_000)
  await page.goto(`${origin()}/contacts/new`)
  await page.fill('[name="lastName"]', 'DUPONT')
  await page.fill('[name="firstName"]', 'Marie')
  await page.fill('[name="email"]', 'm.dupont@autre.example')
  await page.fill('[name="company"]', 'maison dupont sarl')
  await page.getByRole('button', { name: 'Enregistrer' }).click()
  house.wait(1_000)
  await page.goto(`${origin()}/contacts/duplicates`)
  await shoot(page, '4-duplicates-fr')
  expect(await accessible(page)).toEqual([])
  await page.getByRole('link', { name: /Comparer et fusionner/ }).click()
  await shoot(page, '5-merging-fr')
  expect(await accessible(page)).toEqual([])
  await page.getByRole('button', { name: 'Fusionner' }).click()
  await page.getByText('Les deux contacts ne font plus qu’un.').waitFor()
  await shoot(page, '6-contact-fr')
  expect(await accessible(page)).toEqual([])

  // Somebody who is in no list is made of what was typed, by keyboard alone.
  await page.getByRole('button', { name: 'Nouveau document pour cette personne' }).click()
  await page.waitForURL('**/draft')
  expect(await page.locator('.person strong').allInnerTexts()).toContain('Marie Dupont')
  const combo = page.getByRole('combobox', { name: 'Parmi les contacts et le personnel' })
  await combo.focus()
  await page.keyboard.type('claire')
  await page.getByRole('option', { name: /Martin/ }).waitFor()
  await page.getByRole('option', { name: /comme nouvelle personne/ }).waitFor()
  await shoot(page, '7-combo-fr')
  await page.keyboard.press('ArrowDown')
  expect(await combo.getAttribute('aria-activedescendant')).toBe('choose-1')
  await page.keyboard.press('ArrowUp')
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')])
  expect((await page.locator('.person strong').allInnerTexts()).some((name) => name.includes('Claire'))).toBe(true)
  await combo.focus()
  await combo.fill('Zoé Nouvelle')
  await page.getByRole('option', { name: /Zoé Nouvelle/ }).waitFor()
  await page.keyboard.press('Enter')
  expect(await page.inputValue('#person [name="lastName"]')).toBe('Nouvelle')
  expect(await page.isChecked('#person [name="keep"]')).toBe(true)
  expect(await page.evaluate("document.activeElement.getAttribute('name')")).toBe('email')
  await page.keyboard.type('zoe@nouvelle.example')
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')])
  expect(await page.locator('.person strong').allInnerTexts()).toContain('Zoé Nouvelle')
  const zoe = await house.house.db.selectFrom('contact').selectAll().where('lastName', '=', 'Nouvelle').executeTakeFirstOrThrow()
  expect(
    (await house.house.db.selectFrom('recipient').select('contactId').where('lastName', '=', 'Nouvelle').executeTakeFirst())?.contactId,
  ).toBe(zoe.id)

  // Kept by somebody who never saw the first one, and a stamp of the company.
  const user = await ann(house)
  const twin = await addContact(house.house.db, actOf(house.house, user), {
    ...NO_CONTACT,
    firstName: 'Zoé',
    lastName: 'NOUVELLE',
    email: 'zoe@nouvelle.example',
    comment: 'Ne répond qu’au téléphone.',
  })
  const objectDigest = await keepStampPicture(house.house, encodePng(photographedSignature(240, 140)), { removeBackground: true })
  const stamp = await house.house.db
    .transaction()
    .execute((tx) =>
      addStamp(tx, actOf(house.house, user), { name: 'Cachet rond de la direction générale', legalEntityId: null, objectDigest }),
    )
  for (const language of ['en', 'fr'] as const) {
    const phone = await signedIn(language, { phone: true })
    for (const [name, path] of [
      ['list', '/contacts'],
      ['contact', `/contacts/${zoe.id}`],
      ['import', '/contacts/imports/new'],
      ['duplicates', '/contacts/duplicates'],
      ['company', '/console/companies/new'],
      ['numbering', '/console/numbering'],
      ['series', '/console/numbering/new'],
      ['stamps', '/console/stamps'],
      ['stamp', `/console/stamps/${stamp.id}`],
      ['merging', `/contacts/${zoe.id}/merging?with=${twin.id}`],
    ] as const) {
      await phone.goto(`${origin()}${path}`)
      await shoot(phone, `8-${name}-phone-${language}`)
      for (const width of [375, 320]) {
        await phone.setViewportSize({ width, height: 740 })
        expect([path, width, await fits(phone)]).toEqual([path, width, true])
      }
      await phone.setViewportSize({ width: 375, height: 740 })
      if (language === 'en') expect([path, await accessible(phone)]).toEqual([path, []])
    }
    await phone.context().close()
  }
  const desk = await signedIn('en')
  for (const [name, path] of [
    ['company', '/console/companies/new'],
    ['series', '/console/numbering/new'],
    ['numbering', '/console/numbering'],
    ['list', '/contacts'],
    ['import', '/contacts/imports/new'],
    ['stamp', `/console/stamps/${stamp.id}`],
  ] as const) {
    await desk.goto(`${origin()}${path}`)
    await shoot(desk, `9-${name}-desk-en`)
  }
  expect(browser.complaints).toEqual([])
}, 240_000)
