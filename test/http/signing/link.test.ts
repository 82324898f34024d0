import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { DAY } from '../../../src/base/instant.ts'
import { revokeInvitations } from '../../../src/envelope/invitation.ts'
import { readSetting, writeSetting } from '../../../src/setting/setting.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { ORIGIN } from '../../support/house.ts'
import { CLAIRE, MARIE, sign } from '../../support/signing.ts'
import { everything, follow, type Sent, sentTo } from './support.ts'

let sent: Sent
beforeAll(async () => {
  sent = await sentTo([CLAIRE, { ...MARIE, routingOrder: 1 }])
}, 60_000)
afterAll(() => sent[Symbol.asyncDispose]())

describe('the link', () => {
  test('leaves the address at once and stays in a cookie of its own path', async () => {
    const browser = await sent.test.browser()
    const link = await sent.link('Claire')
    const secret = link.split('.')[1]!
    const answer = await browser.get(link)
    const base = link.split('.')[0]!
    expect([answer.status, answer.location]).toEqual([303, base])
    const [cookie] = answer.headers.getSetCookie().filter((line) => line.startsWith('link='))
    expect(cookie).toContain(`link=${secret}`)
    expect(cookie).toContain(`Path=${base}`)
    expect(cookie).toContain('HttpOnly')
    expect(cookie).toContain('SameSite=Lax')
    expect(Number(/Max-Age=(\d+)/.exec(cookie!)![1])).toBeLessThanOrEqual(30 * 86_400)
    const { status, text, headers } = await browser.get(base)
    expect(status).toBe(200)
    expect(text).toMatch(/Ann Archer of \S.+ asks you to sign/)
    expect(text).not.toContain(secret)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  })

  test('is bound to https where the public address is', async () => {
    const { house } = sent.test
    const installation = await readSetting(house.db, 'installation')
    const at = (publicUrl: string) =>
      house.db.transaction().execute((tx) => writeSetting(tx, systemAct(house.clock()), 'installation', { ...installation, publicUrl }))
    await at('https://sign.acme.example')
    const link = await sent.link('Claire')
    const { headers } = await sent.test.server.fetch(
      new Request(`https://sign.acme.example${link}`, { headers: { host: 'sign.acme.example' } }),
      null,
    )
    expect(headers.getSetCookie().find((line) => line.startsWith('__Secure-link='))).toContain('; Secure')
    await at(ORIGIN)
  })

  test('nothing at all changes by reading, whoever follows it', async () => {
    const before = await everything(sent.test)
    const { browser, base } = await follow(sent, 'Claire')
    const [document] = await sent.test.house.db.selectFrom('document').select(['id']).execute()
    for (const path of [
      '',
      '/consent',
      '/code',
      '/fields',
      '/preview',
      '/done',
      '/refusal',
      '/opening',
      '/marks/signature',
      '/typed.svg?text=x',
      `/documents/${document!.id}/pages/0`,
      `/documents/${document!.id}/pages/0/text`,
      `/documents/${document!.id}/text`,
      `/documents/${document!.id}/file`,
    ])
      await browser.get(base + path)
    await browser.get('/s/lost')
    expect(await everything(sent.test)).toBe(before)
  }, 90_000)

  test('a person before the page is recorded once', async () => {
    const { browser, base } = await follow(sent, 'Claire')
    const opened = async () =>
      (await sent.test.house.db.selectFrom('auditLeaf').select('seq').where('type', '=', 'ceremony.opened').execute()).length
    expect((await browser.post(`${base}/opening`, {}, { accept: 'application/json' })).status).toBe(204)
    expect(await opened()).toBe(1)
    expect((await browser.post(`${base}/opening`)).location).toBe(`${base}/consent`)
    expect(await opened()).toBe(1)
  })
})

test('the page is in the language of the recipient, unless the browser has chosen one', async () => {
  const { browser, base } = await follow(sent, 'Marie')
  expect((await browser.get(base)).text).toContain('vous demande de signer')
  browser.cookies.set('lang', 'en')
  expect((await browser.get(base)).text).toContain('asks you to sign')
})

/** Made anew for every answer, whatever it says. */
const OF_EACH = ['set-cookie', 'x-request-id']

test('unknown, forged, revoked, used and past links, and another browser, see one page byte for byte', async () => {
  const seen = new Map<string, string>()
  const look = async (name: string, path: string): Promise<void> => {
    const browser = await sent.test.browser()
    // Whoever has just signed may come back by the link, so a true one is followed first.
    const first = await browser.get(path)
    const { status, text, headers } = first.location ? await browser.get(first.location) : first
    const plain = text.replace(/(content|value)="[\w-]{43}"/g, '')
    seen.set(name, JSON.stringify([status, plain, [...headers].filter(([header]) => !OF_EACH.includes(header))]))
  }
  const claire = await sent.link('Claire')
  const marie = await sent.link('Marie')
  await look('unknown', '/s/inv_00000000000000000000.AAAA')
  await look('forged', `${claire.slice(0, -4)}AAAA`)
  await look('without a secret', `${claire.split('.')[0]}.`)
  await look('no cookie', claire.split('.')[0]!)
  await look('no cookie, deep', `${claire.split('.')[0]}/fields`)
  await look('finished, unknown', '/s/lnk_00000000000000000000.AAAA')
  await look('finished, no cookie', '/s/lnk_00000000000000000000')
  const open = await follow(sent, 'Claire')
  await sign(sent.test, await sent.recipientId('Claire'))
  await look('used', claire)
  const later = await open.browser.get(open.base)
  expect(later.status).toBe(404)
  const id = await sent.recipientId('Marie')
  await sent.test.house.db.transaction().execute((tx) => revokeInvitations(tx, systemAct(sent.test.house.clock()), [id]))
  await look('revoked', marie)
  sent.test.wait(400 * DAY)
  await look('past', marie)
  const [first] = seen.values()
  for (const [name, shown] of seen) expect([name, shown]).toEqual([name, first!])
  expect(first).toStartWith('[404,')
}, 90_000)

test('whoever asks for a new link is told the same, whether something waits for the address or not', async () => {
  const answers = []
  for (const address of ['marie@client.example', 'nobody@client.example', 'no address', '+33612345678']) {
    const browser = await sent.test.browser()
    await browser.get('/s/lost')
    const { status, location } = await browser.post('/s/lost', { address })
    answers.push(`${status} ${location}`)
  }
  expect(new Set(answers)).toEqual(new Set(['303 /s/lost?asked']))
  const browser = await sent.test.browser()
  await browser.get('/s/lost')
  expect((await browser.post('/s/lost', { address: ' ' })).status).toBe(422)
})
