import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemAct } from '../../src/audit/act.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { currentInvitation, invitationUrl } from '../../src/envelope/invitation.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openApi } from '../support/api.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { ann, CLAIRE, codeOf, draftFor, MARIE, recipientNamed, send } from '../support/signing.ts'

let house: TestHouse
let folder: string
let door: Bun.Server<undefined>
let portal: Bun.Server<undefined>
let browser: TestBrowser
let link = ''

/** A page of another site, by https, which shows the link inside it and keeps what it hears. */
const PORTAL = (): string => `<!doctype html><title>Portal</title><iframe src="${link}" title="Signature" width="600" height="800"></iframe>
<script>window.heard = []; addEventListener('message', ({ origin, data }) => heard.push([origin, data.source, data.event, data.step ?? '']))</script>`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paraphe-embedding-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  Bun.spawnSync([
    'openssl',
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=test',
    '-keyout',
    key,
    '-out',
    cert,
  ])
  const tls = { key: await Bun.file(key).text(), cert: await Bun.file(cert).text() }
  house = await openTestHouse({ authority: true, realTime: true })
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls,
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  portal = Bun.serve({
    port: 0,
    hostname: 'localhost',
    tls,
    fetch: () => new Response(PORTAL(), { headers: { 'content-type': 'text/html' } }),
  })
  const { db, clock } = house.house
  const origin = `https://127.0.0.1:${door.port}`
  await db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(clock()), 'installation', { ...installation, staffUrl: origin, publicUrl: origin })
  })
  browser = await openBrowser(() => origin)
}, 60_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await Promise.all([door, portal].map((server) => server?.stop(true)))
  await house?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const allow = (origins: readonly string[]): Promise<void> =>
  house.house.db.transaction().execute((tx) => writeSetting(tx, systemAct(house.house.clock()), 'embedding', { origins }))

const envelopeFor = async (): Promise<{ id: string; recipient: string }> => {
  const user = await ann(house)
  const { id } = await draftFor(house, user, [CLAIRE, MARIE])
  await send(house, user, await findDraft(house.house.db, user, id))
  await house.drain()
  return { id, recipient: (await recipientNamed(house, id, 'Claire')).id }
}

test('a page of another site that is listed shows the signing to its end; one that is not is shown nothing', async () => {
  const { id, recipient } = await envelopeFor()
  const api = await openApi(house)
  const ask = () => api.ask('POST', `/api/v1/envelopes/${id}/recipients/${recipient}/signing-links`)
  const refused = await ask()
  expect([refused.status, refused.json.code]).toEqual([409, 'embedding.nowhere'])
  const site = `https://localhost:${portal.port}`
  await allow([site])
  const made = await ask()
  expect(made.status).toBe(201)
  link = made.json.url as string

  const context = await browser.browser.newContext({ locale: 'en-GB', ignoreHTTPSErrors: true })
  const page = await context.newPage()
  await page.goto(site)
  const frame = page.frameLocator('iframe')
  const next = frame.locator('.bar__button')
  await next.click()
  await page.frames()[1]!.waitForURL('**/consent')
  await next.click()
  await frame.locator('#code').waitFor()
  await frame.locator('#code').fill(await codeOf(house, recipient))
  await frame.locator('#code').press('Enter')
  await frame.locator('[data-mark="signature"]').first().click()
  await frame.locator('[data-mark-form="type"] [data-use]').click()
  await frame.locator('[data-mark="signature"] .place__picture').first().waitFor()
  await next.click()
  await page.frames()[1]!.waitForURL('**/preview')
  await page.frames()[1]!.waitForLoadState('networkidle')
  await next.click()
  await page.frames()[1]!.waitForURL('**/done')
  await page.waitForFunction('heard.some(([, , event]) => event === "signed")')
  const heard = await page.evaluate<[string, string, string, string][]>('heard')
  expect(new Set(heard.map(([origin, source]) => `${origin} ${source}`))).toEqual(new Set([`https://127.0.0.1:${door.port} paraphe`]))
  expect([...new Set(heard.filter(([, , event]) => event === 'step').map(([, , , step]) => step))]).toEqual([
    'reading',
    'consent',
    'code',
    'fields',
    'preview',
    'done',
  ])
  expect((await recipientNamed(house, id, 'Claire')).status).toBe('signed')
  // What the frame kept leads nowhere outside it.
  expect((await context.cookies()).every(({ secure, sameSite }) => secure && sameSite === 'None')).toBe(true)

  await allow(['https://elsewhere.example'])
  const second = await envelopeFor()
  link = (await api.ask('POST', `/api/v1/envelopes/${second.id}/recipients/${second.recipient}/signing-links`)).json.url as string
  await page.goto(site)
  await page.waitForTimeout(1_000)
  expect(
    await page
      .frames()[1]!
      .evaluate('document.body.innerText.length')
      .catch(() => 0),
  ).toBeLessThan(200)
  expect(await frame.locator('.bar__button').count()).toBe(0)
  await context.close()
}, 90_000)

test('the link that was sent is shown by no page, listed or not; the code still goes to the recipient alone', async () => {
  await allow([`https://localhost:${portal.port}`])
  const { id, recipient } = await envelopeFor()
  const { db, clock, secretKey } = house.house
  const invitation = await currentInvitation(db, recipient, clock())
  const origin = `https://127.0.0.1:${door.port}`
  const api = await openApi(house)
  const embedded = (await api.ask('POST', `/api/v1/envelopes/${id}/recipients/${recipient}/signing-links`)).json.url as string
  // It stands beside the link that was sent, and does not end it.
  expect((await currentInvitation(db, recipient, clock()))?.id).toBe(invitation!.id)
  for (const [url, isFramed] of [
    [invitationUrl(origin, secretKey, invitation!), false],
    [embedded, true],
  ] as const) {
    const tls = { rejectUnauthorized: false }
    const first = await fetch(url, { redirect: 'manual', tls })
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const { status, headers } = await fetch(url.replace(/\.[^./]*$/, ''), { headers: { cookie }, tls })
    const [, ancestors] = /frame-ancestors ([^;]*)/.exec(headers.get('content-security-policy') ?? '') ?? []
    expect([status, headers.get('x-frame-options'), ancestors]).toEqual([
      200,
      isFramed ? null : 'DENY',
      isFramed ? `https://localhost:${portal.port}` : "'none'",
    ])
  }
}, 60_000)
