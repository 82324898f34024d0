import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { addContact, NO_CONTACT } from '../../src/contact/contacts.ts'
import { decline } from '../../src/ceremony/declining.ts'
import { findUser, findUserByAddress } from '../../src/access/users.ts'
import { welcomeExpiry, welcomeToken } from '../../src/access/welcome.ts'
import { changeDraft, findDraft } from '../../src/envelope/drafting.ts'
import type { Envelope } from '../../src/envelope/envelope.ts'
import { fieldsOf, placeFields } from '../../src/envelope/fields.ts'
import { currentInvitation, invitationToken } from '../../src/envelope/invitation.ts'
import { liveVaultLinks, vaultLinkUrl } from '../../src/envelope/vault-link.ts'
import { voidEnvelope } from '../../src/envelope/voiding.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { encodePng } from '../../src/image/png.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { photographedSignature } from '../support/picture.ts'
import { requestToken } from '../../src/template/visitors/requests.ts'
import { askToDispose } from '../../src/vault/disposing.ts'
import { keepClass } from '../../src/vault/retention.ts'
import { templateFor } from '../template/support.ts'
import { faultsOf } from '../support/judged.ts'
import {
  actOf,
  ann,
  CLAIRE,
  codeOf,
  CONTRACT,
  draftFor,
  MARIE,
  open,
  recipientAct,
  recipientNamed,
  send,
  sign,
} from '../support/signing.ts'

/**
 * Every page that can be reached by following links, in both languages, on a desk and on a phone: accessible in both schemes (axe, WCAG 2.2 AA), no
 * wider than 320 px, light, still while it loads, asking no other origin for anything. A template that no link leads to is judged where it is
 * reached, and stands in the list below.
 */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'access/second-factor': 'journey/passkeys',
  'access/enrolment': 'journey/passkeys',
  'access/recovery-codes': 'journey/passkeys',
  'access/new-password': 'journey/passkeys',
  'access/proof': 'journey/passkeys',
  'access/proof-done': 'journey/passkeys',
  'access/security/passkey': 'journey/passkeys',
  'setup/company': 'journey/contract',
  'setup/administrator': 'journey/contract',
  'setup/addresses': 'journey/contract',
  'setup/mail': 'journey/contract',
  'setup/authority': 'journey/contract',
  'setup/done': 'journey/contract',
  'signing/preview': 'journey/contract',
  'signing/done': 'journey/contract',
  'signing/phone': 'journey/phone-drawing',
  'signing/phone-over': 'journey/phone-drawing',
  'verify/report': 'browser/verifying',
  'verify/alone': 'browser/alone',
  'console/outbox/opening': 'journey/outbox',
  'access/break-glass': 'journey/sign-on',
  'access/signed-out': 'journey/sign-on',
  'console/sign-on/trial': 'journey/sign-on',
  'console/authority/others/show': 'browser/others',
  'console/authority/others/confirming': 'browser/others',
}

const RULE = {
  action: 'tell',
  do: 'save',
  wait: '3',
  unit: 'days',
  to: 'responsible',
  'subject-en': 'Still waiting: {title}',
  'subject-fr': '',
  'text-en': 'Nobody has signed yet.',
  'text-fr': '',
}

const VIEWS = join(import.meta.dir, '../../views')
/** Those that stand in a layout; the others are parts of one. */
const templates = readdirSync(VIEWS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.eta') && /layout\('\/layouts\//.test(readFileSync(join(VIEWS, file), 'utf8')))
  .map((file) => file.slice(0, -'.eta'.length))

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
const starts: string[] = []
let people: { invited: Record<'en' | 'fr', string>; finished: string; voided: string; bob: string; open: string; own: string }
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 120,
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  const { db, clock, secretKey } = house.house
  await db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(clock()), 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
  })
  const user = await ann(house)
  const act = actOf(house.house, user)
  const { firstName, lastName, email, company, jobTitle } = MARIE
  await addContact(db, act, { ...NO_CONTACT, firstName, lastName, email, company, jobTitle, language: 'fr', comment: 'Met at the fair.' })
  await addContact(db, act, { ...NO_CONTACT, firstName, lastName, email, company: 'Maison Dupont & Filles', language: 'fr' })
  const made = []
  for (const who of [[CLAIRE, MARIE], [CLAIRE, MARIE], [CLAIRE, MARIE], [CLAIRE, MARIE], [CLAIRE, MARIE], [CLAIRE]])
    made.push(await draftFor(house, user, who))
  const [draft, toEnglish, toFrench, declined, voided, completed] = made as [Envelope, Envelope, Envelope, Envelope, Envelope, Envelope]
  for (const asked of [toEnglish, toFrench]) {
    const fields = await fieldsOf(db, asked)
    const own = fields.find(({ kind }) => kind === 'signature')!
    const attachment = {
      ...own,
      id: 'new',
      kind: 'attachment' as const,
      y: 300,
      width: 180,
      height: 20,
      label: 'Proof of address',
      required: false,
    }
    await changeDraft(db, act, user, asked.id, { delegation: 'everybody' })
    const { version } = await findDraft(db, user, asked.id)
    await placeFields(db, act, user, asked.id, { version, fields: [...fields, attachment] })
  }
  for (const envelope of [toEnglish, toFrench, declined, voided, completed]) await send(house, user, await findDraft(db, user, envelope.id))
  const claire = async (envelope: Envelope) => recipientNamed(house, envelope.id, 'Claire')
  const director = await claire(declined)
  const gone = await invitationOf(await claire(voided))
  await decline(house.house, recipientAct(house.house, director.id), await open(house, director.id), 'The price is wrong.')
  await voidEnvelope(db, act, user, voided.id, 'Sent twice.')
  await sign(house, (await claire(completed)).id)
  await house.drain()
  const [vaultLink] = await liveVaultLinks(db, (await claire(completed)).id, clock())
  const bob = (await findUserByAddress(db, 'bob@acme.example'))!
  people = {
    invited: { en: (await claire(toEnglish)).id, fr: (await claire(toFrench)).id },
    finished: new URL(vaultLinkUrl(origin(), house.house.secretKey, vaultLink!)).pathname,
    voided: `/s/${gone}`,
    bob: bob.id,
    open: '',
    own: '',
  }
  const hand = await house.browser()
  await hand.signIn('ann@acme.example')
  const byHand = async (path: string, fields: Parameters<typeof hand.post>[1]): Promise<string> => (await hand.post(path, fields)).location!
  const template = await templateFor(house, user)
  const csv = new File(['Name;Mail\nDupont;marie@client.example\n'], 'people.csv', { type: 'text/csv' })
  const bulk = await byHand(`/templates/${template.id}/bulk`, { table: csv })
  await hand.post(`${bulk}/dispatch`)
  const link = await byHand(`/templates/${template.id}/links`, { capacity: '10' })
  people.open = new URL(/https?:[^"\s]*\/s\/open\/[^"\s<]+/.exec((await hand.get(link)).text)![0]).pathname
  const folder = /[a-z]{3}_\w+/.exec(await byHand('/vault/folders', { name: 'Contracts' }))![0]
  const picture = new File([encodePng(photographedSignature(200, 60))], 'stamp.png', { type: 'image/png' })
  await byHand('/console/stamps', { name: 'Round stamp', picture })
  await hand.post(people.open, { firstName: 'Marie', lastName: 'Dupont', address: 'marie@client.example' })
  const request = await db.selectFrom('selfServiceRequest').selectAll().executeTakeFirstOrThrow()
  people.own = `/s/own/${requestToken(secretKey, request)}`
  const elsewhere = new File([CONTRACT], 'scan.pdf', { type: 'application/pdf' })
  await byHand('/vault/imports', { keepsUnverified: '1', files: [elsewhere] })
  const brought = await db.selectFrom('vaultEntry').select('envelopeId').where('envelopeId', '!=', completed.id).executeTakeFirstOrThrow()
  await keepClass(db, act, user, null, { name: 'Old papers', years: null, until: '2026-01-01', action: 'dispose', isDefault: true })
  await house.drain()
  const disposal = await askToDispose(db, act, user, [brought.envelopeId], 'No longer needed.')
  await hand.post('/console/board/stages/stg_sent/rules', RULE)
  await hand.post('/console/webhooks', { name: 'CRM', url: 'https://crm.example.com/hook', 'recipient.signed': '1' })
  starts.push(
    `/vault/disposals/${disposal}`,
    `/vault/${brought.envelopeId}/import-report`,
    '/saved-views',
    `/vault/folders/${folder}`,
    `/templates/${template.id}`,
    bulk,
    await byHand(`/templates/${template.id}/bulk`, { table: csv }),
    link,
    `/templates/${template.id}/links/new`,
    `/vault/${completed.id}/print`,
    `/vault/${completed.id}/details`,
    '/vault/print',
    '/vault/disposals',

    '/',
    '/sign-in',
    '/sign-in/forgotten',
    '/nothing',
    `/envelopes/${draft.id}`,
    `/envelopes/${declined.id}`,
    `/vault/${completed.id}`,
    `/console/audit/erasure/${people.bob}`,
    '/console/authority/keys/recovering',
    '/verify',
    '/console/appearance',
    '/styleguide',
  )
  browser = await openBrowser(origin)
}, 120_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

const invitationOf = async ({ id }: { readonly id: string }): Promise<string> => {
  const { db, clock, secretKey } = house.house
  return invitationToken(secretKey, (await currentInvitation(db, id, clock()))!)
}

/** An address without what differs from one thing to the next. */
const patternOf = (path: string): string =>
  path
    .replace(/\?.*/, '')
    .replaceAll(/\/(\d+|[a-z]{2,4}_[\w-]+|[0-9a-f]{16,}|[A-Z0-9]{4}(-[A-Z0-9]{1,4})+)(?=\/|$)/g, '/:id')
    .replace(/^(\/console\/messages\/[\w-]+).*/, '/console/messages/:kind')

/** Judges the page that is open, where one of its templates has not been looked at in this language. */
async function judge(page: Page, language: 'en' | 'fr', faults: string[]): Promise<void> {
  const fresh = house.rendered.splice(0).filter((name) => !seen[language].has(name))
  if (!fresh.length) return
  await page.evaluate('document.fonts.ready')
  faults.push(...(await faultsOf(page)).map((fault) => `${language} ${patternOf(new URL(page.url()).pathname)}: ${fault}`))
  for (const name of fresh) seen[language].add(name)
}

const seen: Record<'en' | 'fr', Set<string>> = { en: new Set(), fr: new Set() }

async function walk(page: Page, language: 'en' | 'fr'): Promise<string[]> {
  const faults: string[] = []
  const queue = [...starts]
  const visits = new Map<string, number>()
  while (queue.length) {
    const path = queue.shift()!
    const pattern = patternOf(path)
    const before = visits.get(pattern) ?? 0
    if (before >= 3) continue
    visits.set(pattern, before + 1)
    house.rendered.length = 0
    const answer = await page.goto(origin() + path, { waitUntil: 'load' }).catch(() => null)
    // A download is no page.
    if (!answer) continue
    expect([path, answer.status() < 500]).toEqual([path, true])
    await judge(page, language, faults)
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href]:not([download])')].map((a) => a.getAttribute('href')).filter((href) => /^\\/(?!\\/)/.test(href))`,
    )
    for (const link of links) {
      const next = link.replace(/#.*/, '')
      if (!/\.(pdf|zip|csv|crt|crl|pem|p7b|html|json|txt|tar|vcf|ics)(\?|$)|^\/(pki|static|logo)\/|\/pages\/\d+(\?|$)/.test(next))
        queue.push(next)
    }
  }
  return faults
}

/** Pages that a form leads to. */
async function fillIn(page: Page, language: 'en' | 'fr'): Promise<string[]> {
  const faults: string[] = []
  await page.goto(`${origin()}/console/authority/keys`)
  house.rendered.length = 0
  await page.click('form[action$="/recovery"] [type="submit"]')
  await page.waitForSelector('.recovery__secret')
  await judge(page, language, faults)
  await page.goto(`${origin()}/contacts/imports/new`)
  const csv = 'Nom;Prénom;E-mail;Téléphone\nDurand;Paul;paul@client.example;+33612345678\nSans adresse;;;\n'
  await page.setInputFiles('[name="file"]', { name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  house.rendered.length = 0
  await page.click('form[action="/contacts/imports"] [type="submit"]')
  await page.waitForURL(/imports\/(?!new)/)
  await judge(page, language, faults)
  return faults
}

/** What a visitor meets: the sign-in, links of every kind, and the way of a recipient up to the preview. */
async function visit(page: Page, language: 'en' | 'fr'): Promise<string[]> {
  const faults: string[] = []
  const { secretKey, db, clock } = house.house
  const at = async (path: string): Promise<void> => {
    house.rendered.length = 0
    await page.goto(origin() + path)
    await judge(page, language, faults)
  }
  const bob = await findUser(db, people.bob)
  await at('/sign-in')
  await at('/s/inv_nothing')
  await at(people.voided)
  await at(people.finished)
  await at(people.open)
  await at(`${people.open}?asked`)
  await at(people.own)
  await at('/s/open/nothing')
  await at(`/welcome/${welcomeToken(secretKey, { ...bob }, welcomeExpiry(clock()))}`)
  const recipientId = people.invited[language]
  await at(`/s/${await invitationOf({ id: recipientId })}`)
  const start = new URL(page.url()).pathname
  await at((await page.locator('a[href$="/text"]').first().getAttribute('href'))!)
  await at(start)
  for (const step of ['consent', 'code']) {
    await page.locator('.bar__button').click()
    await page.waitForURL(`**/${step}`)
    await judge(page, language, faults)
  }
  await page.fill('#code', await codeOf(house, recipientId))
  await page.locator('.bar__button').click()
  await page.waitForURL('**/fields')
  await judge(page, language, faults)
  const own = new URL(page.url()).pathname.replace(/\/fields$/, '')
  const field = await db
    .selectFrom('field')
    .select('id')
    .where('recipientId', '=', recipientId)
    .where('kind', '=', 'attachment')
    .executeTakeFirstOrThrow()
  for (const path of ['/marks/signature', `/attachments/${field.id}`, '/attachments/fld_nothing', '/delegation', '/refusal'])
    await at(own + path)
  return faults
}

test.each(['en', 'fr'] as const)(
  'every page that a link leads to can be used by everybody, on every screen (%s)',
  async (language) => {
    const { page, context } = await browser.person({ phone: language === 'fr', language })
    await page.goto(`${origin()}/sign-in`)
    await page.fill('[name="email"]', 'ann@acme.example')
    await page.fill('[name="password"]', PASSWORD)
    await Promise.all([page.waitForURL((url) => url.pathname !== '/sign-in'), page.press('[name="password"]', 'Enter')])
    await context.addCookies([{ name: 'lang', value: language, url: origin() }])
    expect(await walk(page, language)).toEqual([])
    expect(await fillIn(page, language)).toEqual([])
    const { page: stranger } = await browser.person({ phone: language === 'fr', language })
    expect(await visit(stranger, language)).toEqual([])
    expect(browser.complaints).toEqual([])
    for (const file of new Set(Object.values(ELSEWHERE)))
      expect(await Bun.file(join(import.meta.dir, `../${file}.test.ts`)).text()).toMatch(/accessible\(|faultsOf\(/)
    const missing = templates.filter((name) => !seen[language].has(name) && !ELSEWHERE[name])
    expect(missing).toEqual([])
  },
  600_000,
)
