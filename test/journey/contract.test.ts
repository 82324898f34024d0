import { expect, test } from 'bun:test'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'bun'
import type { ParsedMail } from 'mailparser'
import type { Locator, Page } from 'playwright-core'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { faultsOf } from '../support/judged.ts'
import { openMailServer, type TestMailServer } from '../support/smtp.ts'
import { bitmap } from '../support/picture.ts'
import { encodePng } from '../../src/image/png.ts'

const PASSWORD = 'seven violet tractors hum'
const DIRECTOR = 'claire.martin@north.example'
const CLIENT = 'marie.dupont@client.example'

interface Journey {
  readonly language: 'en' | 'fr'
  readonly origin: string
  readonly browser: TestBrowser
  readonly mail: TestMailServer
  readonly keep: (name: string, page: Page) => Promise<void>
}

/** A red ring with a bar, as a company's stamp is scanned. */
const STAMP = encodePng(
  bitmap(300, 300, (x, y) => {
    const r = Math.hypot(x - 150, y - 150)
    const inked = Math.abs(r - 120) < 8 || (Math.abs(y - 150) < 14 && r < 100)
    return inked ? [170, 30, 40] : [250, 249, 246]
  }),
  6,
)

const linkIn = (mail: ParsedMail): string => /https?:\/\/\S+\/s\/\S+/.exec(mail.text ?? '')![0]
const codeIn = (mail: ParsedMail): string => /^\s*(\d{6})\s*$/m.exec(mail.text ?? '')![1]!

test.each(['en', 'fr'] as const)(
  'from an empty folder to a sealed contract, on a desk and on a phone (%s)',
  async (language) => {
    await using mail = await openMailServer()
    await using installation = await startInstallation()
    const { origin, setupUrl } = installation
    await using browser = await openBrowser(() => origin)
    const shots = process.env['PARAPHE_SHOTS']
    const faults: string[] = []
    const keep = async (name: string, page: Page): Promise<void> => {
      faults.push(...(await faultsOf(page)).map((fault) => `${name}: ${fault}`))
      if (!shots) return
      await mkdir(shots, { recursive: true })
      await page.screenshot({ path: join(shots, `${language}-${name}.png`), fullPage: true })
    }
    const journey: Journey = { language, origin, browser, mail, keep }
    const { page: desk } = await browser.person({ language })

    await setUp(journey, desk, setupUrl)
    const envelope = await send(journey, desk)
    await signOnDesk(journey, desk)
    await signOnPhone(journey)
    await desk.goto(`${origin}/envelopes/${envelope}`)
    await desk.waitForSelector('[data-status="completed"]')
    await keep('12-completed', desk)

    // Both have the finished document by their own link; the desk has it in the vault.
    for (const address of [DIRECTOR, CLIENT]) {
      const letter = await nextOf(mail, address, /\/s\/lnk_/)
      const { page } = await browser.person({ phone: address === CLIENT, language })
      await page.goto(linkIn(letter))
      expect(new URL(page.url()).pathname).toMatch(/^\/s\/lnk_\w+$/)
      await keep(`13-finished-${address === CLIENT ? 'phone' : 'desk'}`, page)
    }
    await desk.goto(`${origin}/vault/${envelope}`)
    await keep('14-vault', desk)
    const sealed = await desk.getAttribute('a[href$="sealed.pdf?save"]', 'href')
    const pdf = new Uint8Array(await (await desk.request.get(`${origin}${sealed}`)).body())
    const certificate = await desk.request.get(`${origin}${sealed!.replace('sealed.pdf?save', 'certificate.pdf')}`)
    expect([certificate.status(), certificate.headers()['content-type']]).toEqual([200, 'application/pdf'])

    // Anybody, signed in nowhere, verifies it: by the file, and by the ID on every page.
    const { page: stranger } = await browser.person({ language })
    await stranger.goto(`${origin}/verify`)
    await stranger.setInputFiles('[name="file"]', { name: 'contract.pdf', mimeType: 'application/pdf', buffer: Buffer.from(pdf) })
    await stranger.click('form[action="/verify"][method="post"] [type="submit"]')
    await stranger.waitForSelector('[data-answer="genuine"]')
    await keep('15-verified', stranger)
    const altered = pdf.slice()
    altered[Math.floor(pdf.length / 3)]! ^= 1
    await stranger.goto(`${origin}/verify`)
    await stranger.setInputFiles('[name="file"]', { name: 'contract.pdf', mimeType: 'application/pdf', buffer: Buffer.from(altered) })
    await stranger.click('form[action="/verify"][method="post"] [type="submit"]')
    await stranger.waitForSelector('[data-answer="changed"]')

    await conforms(installation, pdf)
    // No request left the server's own origin, no page raised an error, the policy had nothing to complain of.
    expect(browser.complaints).toEqual([])
    expect(faults).toEqual([])
    expect(installation.output()).not.toMatch(/"level":"error"/)
  },
  240_000,
)

/** The next mail to the address whose text holds this. */
async function nextOf(mail: TestMailServer, address: string, holds: RegExp): Promise<ParsedMail> {
  for (let tries = 0; tries < 8; tries++) {
    const letter = await mail.next(address, 30)
    if (holds.test(letter.text ?? '')) return letter
  }
  throw new Error(`no mail to ${address} holds ${holds}`)
}

const fill = async (page: Page, values: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, value] of Object.entries(values)) await page.fill(`[name="${name}"]`, value)
}
const press = (page: Page, selector = 'main form [type="submit"]'): Promise<unknown> =>
  Promise.all([page.waitForLoadState('load'), page.locator(selector).first().click()])

async function setUp({ origin, language, mail, keep }: Journey, page: Page, address: string): Promise<void> {
  await page.goto(address)
  await keep('01-company', page)
  await fill(page, { legalName: language === 'fr' ? 'Atelier Nord SAS' : 'North Workshop Ltd', address: '1 Quay Street' })
  await page.selectOption('[name="country"]', 'FR')
  await press(page)
  await page.waitForURL('**/setup/administrator')
  await keep('01-administrator', page)
  await fill(page, { firstName: 'Claire', lastName: 'Martin', jobTitle: 'Director', email: DIRECTOR, password: PASSWORD })
  await press(page)
  await page.waitForURL('**/setup/addresses')
  await keep('01-addresses', page)
  await fill(page, { staffUrl: origin, publicUrl: origin })
  await press(page)
  await page.waitForURL('**/setup/mail')
  await fill(page, { host: '127.0.0.1', port: String(mail.port), fromAddress: 'sign@north.example' })
  await page.selectOption('[name="security"]', 'none')
  await keep('01-mail', page)
  await page.locator('form[action="/setup/mail"] button.button--primary').click()
  await page.waitForURL('**/setup/authority')
  await keep('02-authority', page)
  await press(page)
  await page.waitForURL('**/setup/done')
  await keep('02-done', page)
  // The administrator who set it up is signed in already.
  await page.goto(`${origin}/`)
  expect(new URL(page.url()).pathname).toBe('/')
  await page.waitForSelector('main form[action="/envelopes"] [type="submit"], main a[href^="/envelopes"]')
  await keep('03-empty', page)
  await page.goto(`${origin}/envelopes`)
  await keep('03-no-envelopes', page)
}

async function send({ origin, language, keep }: Journey, page: Page): Promise<string> {
  // The stamp of the company stands in its library.
  await page.goto(`${origin}/console/stamps`)
  await page.fill('[name="name"]', 'Round stamp')
  await page.setInputFiles('[name="picture"]', { name: 'stamp.png', mimeType: 'image/png', buffer: Buffer.from(STAMP) })
  await press(page, 'form[action="/console/stamps"] [type="submit"]')
  await page.goto(`${origin}/envelopes`)
  await press(page, 'form[action="/envelopes"] [type="submit"]')
  await page.waitForURL('**/draft')
  const envelope = /env_\w+/.exec(page.url())![0]
  await page.setInputFiles('[name="files"]', join(import.meta.dir, `../../static/sample/contract.${language}.pdf`))
  await page.waitForSelector('[data-document]')
  await page.waitForSelector('[data-editor][data-ready]')
  // The client, beside the director who stands there already.
  const person = page.locator('#person')
  if (!(await person.getAttribute('open').then((open) => open !== null))) await person.locator('summary').first().click()
  await fill(page, { firstName: 'Marie', lastName: 'Dupont', email: CLIENT })
  await page.selectOption('#person [name="language"]', language)
  await page.locator('#person form > .actions [type="submit"]').click()
  await page.locator('.person').nth(1).waitFor()
  await page.waitForSelector('[data-editor][data-ready]')
  const [claire, marie] = await Promise.all([0, 1].map((at) => page.locator('[name="editor-recipient"]').nth(at)))
  await place(page, claire!, 'full-name', 0.19, 0.49)
  await place(page, claire!, 'date-signed', 0.19, 0.55)
  await place(page, claire!, 'signature', 0.12, 0.6)
  await place(page, claire!, 'stamp', 0.12, 0.7)
  await place(page, marie!, 'checkbox', 0.115, 0.396)
  await place(page, marie!, 'full-name', 0.61, 0.49)
  await place(page, marie!, 'text', 0.61, 0.52)
  await place(page, marie!, 'signature', 0.54, 0.6)
  await page.locator('[data-status]', { hasText: /\d\d:\d\d$/ }).waitFor()
  // As it loads with everything in it: what moved until here answered what was done.
  await page.reload()
  await page.waitForSelector('[data-editor][data-ready]')
  await keep('04-draft', page)
  await page.fill('[name="message"]', language === 'fr' ? 'Bonjour, voici notre contrat.' : 'Hello, here is our contract.')
  await page.locator('form[data-dispatch] [type="submit"].button--primary').click()
  await page.waitForURL(`**/envelopes/${envelope}`)
  await page.waitForSelector('[data-status="sent"]')
  await keep('05-sent', page)
  return envelope
}

/** A kind from the palette onto the second page, its top left at this part of the page. */
async function place(page: Page, who: Locator, kind: string, x: number, y: number): Promise<void> {
  await who.evaluate((radio) => (radio as unknown as { click(): void }).click())
  const before = await page.locator('[data-field]').count()
  await page.locator(`[data-kind="${kind}"]`).first().click()
  const paper = page.locator('[data-page="1"]')
  await paper.scrollIntoViewIfNeeded()
  const box = (await paper.boundingBox())!
  await paper.click({ position: { x: box.width * x, y: box.height * y }, force: true })
  await page.locator('[data-field]').nth(before).waitFor()
  await page.keyboard.press('Escape')
}

/** Opens the link, reads, accepts, enters a wrong code and then the right one. */
async function enter({ mail, keep }: Journey, page: Page, address: string, name: string): Promise<void> {
  const letter = await nextOf(mail, address, /\/s\/inv_/)
  await page.goto(linkIn(letter))
  expect(new URL(page.url()).pathname).toMatch(/^\/s\/inv_\w+$/)
  await page.locator('.papers img, .leaf img, main img').first().waitFor()
  await keep(`06-reading-${name}`, page)
  await page.locator('.bar__button').click()
  await page.waitForURL('**/consent')
  await keep(`07-terms-${name}`, page)
  await page.locator('.bar__button').click()
  await page.waitForURL('**/code')
  const code = codeIn(await nextOf(mail, address, /^\s*\d{6}\s*$/m))
  await page.fill('#code', code === '000000' ? '111111' : '000000')
  await page.locator('.bar__button').click()
  await page.waitForSelector('#code-error')
  await keep(`08-code-${name}`, page)
  await page.fill('#code', code)
  await page.locator('.bar__button').click()
  await page.waitForURL('**/fields')
}

async function signOnDesk(journey: Journey, desk: Page): Promise<void> {
  const { keep } = journey
  const { page } = await journey.browser.person({ language: journey.language })
  await enter(journey, page, DIRECTOR, 'desk')
  await page.locator('[data-mark="signature"]').first().click()
  const sheet = page.locator('[data-mark-dialog="signature"]')
  await sheet.locator('[value="hand-dancing"]').check({ force: true })
  await keep('09-sheet-desk', page)
  await sheet.locator('[data-mark-form="type"] [data-use]').click()
  await page.locator('[data-mark="signature"] .place__picture').first().waitFor()
  await page.locator('[data-mark="stamp"]').first().click()
  const stamps = page.locator('[data-mark-dialog="stamp"]')
  await stamps.locator('[data-mark-form="library"] [data-use]').click()
  await page.locator('[data-mark="stamp"] .place__picture').first().waitFor()
  await keep('10-fields-desk', page)
  await confirm(journey, page, 'desk')
  void desk
}

async function signOnPhone(journey: Journey): Promise<void> {
  const { keep } = journey
  const { page } = await journey.browser.person({ phone: true, language: journey.language })
  await enter(journey, page, CLIENT, 'phone')
  await keep('09-fields-phone', page)
  const tick = page.locator('.place--checkbox input[type="checkbox"]').first()
  await tick.check({ force: true })
  const text = page.locator('.place--text .place__control').first()
  await text.evaluate((input) => {
    const field = input as unknown as { value: string; dispatchEvent(event: Event): void }
    field.value = '12 rue du Port'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    field.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await page.locator('[data-mark="signature"]').first().click()
  const sheet = page.locator('[data-mark-dialog="signature"]')
  await sheet.locator('[data-tab="draw"]').click()
  await draw(page, sheet.locator('[data-canvas]'))
  await keep('10-drawn-phone', page)
  await sheet.locator('[data-mark-form="draw"] [data-use]').click()
  await page.locator('[data-mark="signature"] .place__picture').first().waitFor()
  // Whoever comes back later finds everything as it was left.
  await page.waitForTimeout(1_500)
  await page.reload()
  expect(await page.locator('.place--checkbox input[type="checkbox"]').first().isChecked()).toBe(true)
  expect(await page.locator('.place--text .place__control').first().inputValue()).toBe('12 rue du Port')
  await confirm(journey, page, 'phone')
}

async function draw(page: Page, canvas: Locator): Promise<void> {
  const box = (await canvas.boundingBox())!
  const at = (part: number): [number, number] => [
    box.x + box.width * (0.15 + part * 0.7),
    box.y + box.height * (0.5 + Math.sin(part * 12) * 0.25),
  ]
  await page.mouse.move(...at(0))
  await page.mouse.down()
  for (let step = 1; step <= 30; step++) await page.mouse.move(...at(step / 30))
  await page.mouse.up()
}

/** Walks with the bar's own button until the preview, then confirms what is shown. */
async function confirm({ keep }: Journey, page: Page, name: string): Promise<void> {
  for (let steps = 0; steps < 12 && !page.url().endsWith('/preview'); steps++) {
    await page.locator('.bar__button').click()
    await page.waitForTimeout(400)
    const entry = page.locator('[data-entry-dialog][open] [data-entry-next]')
    if (await entry.count()) await entry.click()
  }
  await page.waitForURL('**/preview')
  await page.waitForLoadState('networkidle')
  await keep(`11-preview-${name}`, page)
  await page.locator('.bar__button').click()
  await page.waitForURL('**/done')
  await keep(`12-done-${name}`, page)
}

/** Every judge that is not ours. */
async function conforms({ directory, origin }: Installation, pdf: Uint8Array): Promise<void> {
  const file = join(directory, 'contract.pdf')
  const root = join(directory, 'root.pem')
  await writeFile(file, pdf)
  const der = new Uint8Array(await (await fetch(`${origin}/pki/root.crt`)).arrayBuffer())
  await writeFile(join(directory, 'root.crt'), der)
  const inform = new TextDecoder('latin1').decode(der.subarray(0, 5)) === '-----' ? 'PEM' : 'DER'
  await $`openssl x509 -inform ${inform} -in ${join(directory, 'root.crt')} -out ${root}`.quiet()
  if (process.env['PARAPHE_SHOTS']) await $`cp ${file} ${root} ${process.env['PARAPHE_SHOTS']}`
  expect((await $`qpdf --check ${file}`.nothrow().quiet()).exitCode).toBe(0)
  const nss = join(directory, 'nss')
  await mkdir(nss)
  await $`certutil -N -d sql:${nss} --empty-password`.quiet()
  await $`certutil -A -d sql:${nss} -n root -t CT,CT,CT -i ${root}`.quiet()
  const told = await $`pdfsig -no-ocsp -nssdir sql:${nss} ${file}`.nothrow().text()
  expect(told.match(/Signature is Valid/g)).toHaveLength(4)
  expect(told).not.toMatch(/Invalid|Mismatch|Revoked|Issuer isn't Trusted/)
  // The company's certificate stands in the file twice; this reader's library looks at it once a run (see src/README.md).
  expect(told.match(/Certificate is Trusted/g)?.length).toBeGreaterThanOrEqual(3)
}
