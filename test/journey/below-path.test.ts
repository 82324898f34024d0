import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { addContact, NO_CONTACT } from '../../src/contact/contacts.ts'
import { currentInvitation, invitationUrl } from '../../src/envelope/invitation.ts'
import { listen } from '../../src/http/listen.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'
import { actOf, ann, CLAIRE, codeOf, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

/** The house below a path of a host that others use too: no page asks for, or leads to, anything above it. */
const BASE = '/intranet/sign'
const port = freePort()
const host = `http://127.0.0.1:${port}`
const origin = host + BASE
let house: TestHouse
let browser: TestBrowser
let listener: Bun.Server<undefined>
let starts: string[]

beforeAll(async () => {
  house = await openTestHouse({
    authority: true,
    origin,
    realTime: true,
    environment: { PARAPHE_URL: origin, PARAPHE_LISTEN: `127.0.0.1:${port}` },
  })
  listener = listen(house.server, house.house.config.listen)
  const user = await ann(house)
  await addContact(house.house.db, actOf(house.house, user), {
    ...NO_CONTACT,
    firstName: 'Marie',
    lastName: 'Dupont',
    email: 'm@x.example',
  })
  const [draft, sent, done] = [
    await draftFor(house, user, [CLAIRE, MARIE]),
    await draftFor(house, user, [CLAIRE, MARIE]),
    await draftFor(house, user, [CLAIRE]),
  ]
  for (const one of [sent, done]) await send(house, user, one)
  await sign(house, (await recipientNamed(house, done.id, 'Claire')).id)
  await house.drain()
  starts = ['/', `/envelopes/${draft.id}`, `/envelopes/${sent.id}`, `/vault/${done.id}`, '/board', '/verify', '/nothing']
  browser = await openBrowser(() => origin)
}, 120_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await listener?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

const patternOf = (path: string): string =>
  path.replace(/\?.*/, '').replaceAll(/\/(\d+|[a-z]{2,4}_[\w-]+|[0-9a-f]{16,}|[A-Z0-9]{4}(-[A-Z0-9]{1,4})+)(?=\/|$)/g, '/:id')

/** Attributes that name an address above the path. What a form sends back of an address within the house is no address of the browser's. */
const above = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll('*')].flatMap((one) => [...one.attributes].filter(({ name, value }) => !['value', 'data-words', 'data-insert'].includes(name) && /^\\/[a-z]/.test(value) && !value.startsWith('${BASE}/') && value !== '${BASE}').map(({ name, value }) => one.tagName + ' ' + name + '=' + value))`,
  )

async function signIn(page: Page): Promise<void> {
  await page.goto(`${origin}/sign-in?next=/account`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL(`${origin}/account`), page.press('[name="password"]', 'Enter')])
}

test('every page that a link leads to stays below the path, with all that it loads', async () => {
  const { page } = await browser.person()
  await signIn(page)
  const queue = starts.map((path) => BASE + path)
  const visits = new Map<string, number>()
  const found: string[] = []
  while (queue.length) {
    const path = queue.shift()!
    const pattern = patternOf(path)
    const before = visits.get(pattern) ?? 0
    if (before >= 1) continue
    visits.set(pattern, before + 1)
    const answer = await page.goto(host + path, { waitUntil: 'load' }).catch(() => null)
    if (!answer) continue
    const expected = path === `${BASE}/nothing` ? 404 : 200
    if (answer.status() !== expected) found.push(`${answer.status()} ${path}`)
    found.push(...(await above(page)).map((one) => `${pattern}: ${one}`))
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href]:not([download])')].map((a) => a.getAttribute('href'))`,
    )
    for (const link of links) {
      const next = link.replace(/#.*/, '')
      if (
        next.startsWith('/') &&
        !/\.(pdf|zip|csv|crt|crl|pem|p7b|html|json|txt|tar|vcf|ics)(\?|$)|\/(pki|static|logo)\/|\/pages\/\d+(\?|$)/.test(next)
      )
        queue.push(next)
    }
  }
  expect(found).toEqual([])
  expect(visits.size).toBeGreaterThan(60)
  expect(browser.complaints).toEqual([])
}, 240_000)

test('the board’s stream, what scripts ask for, and a whole signature', async () => {
  const { page } = await browser.person()
  await signIn(page)
  const streamed = page.waitForResponse((response) => response.url().startsWith(`${origin}/board/stream`))
  await page.goto(`${origin}/board`)
  expect((await streamed).status()).toBe(200)
  await page.waitForSelector('html.is-live')
  // The draft is saved by a script.
  await page.goto(origin + starts[1]!)
  const saved = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.locator('[name="title"]').first().fill('Below a path')
  await page.locator('[name="title"]').first().blur()
  expect((await saved).status()).toBe(200)

  const { db, clock, secretKey } = house.house
  const claire = await recipientNamed(house, starts[2]!.split('/').at(-1)!, 'Claire')
  const link = invitationUrl(origin, secretKey, (await currentInvitation(db, claire.id, clock()))!)
  expect(link).toStartWith(`${origin}/s/`)
  const { page: signer, context } = await browser.person({ phone: true })
  await signer.goto(link)
  const button = signer.locator('.bar__button')
  for (const step of ['consent', 'code']) {
    await button.click()
    await signer.waitForURL(`**/${step}`)
  }
  await signer.fill('#code', await codeOf(house, claire.id))
  await button.click()
  await signer.waitForURL('**/fields')
  for (const cookie of await context.cookies()) expect([cookie.name, cookie.path.startsWith(BASE)]).toEqual([cookie.name, true])
  expect(await above(signer)).toEqual([])
  expect(browser.complaints).toEqual([])
}, 120_000)

test('links in messages and in the certificates lead below the path', async () => {
  const { db } = house.house
  const certificate = await db.selectFrom('certificate').select('der').where('purpose', '=', 'issuing').executeTakeFirstOrThrow()
  expect(Buffer.from(certificate.der).toString('latin1')).toContain(`${origin}/pki/crl/root.crl`)
  expect((await fetch(`${origin}/pki/crl/root.crl`)).status).toBe(200)
  expect((await fetch(`${host}/pki/crl/root.crl`)).status).toBe(404)
})
