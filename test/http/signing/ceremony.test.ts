import { expect, test } from 'bun:test'
import { MINUTE } from '../../../src/base/instant.ts'
import { vaultLinkUrl } from '../../../src/envelope/vault-link.ts'
import { ORIGIN } from '../../support/house.ts'
import { photographedSignature } from '../../support/picture.ts'
import { encodePng } from '../../../src/image/png.ts'
import { renewLink } from '../../../src/envelope/link-renewal.ts'
import { voidEnvelope } from '../../../src/envelope/voiding.ts'
import { actOf, ann, CLAIRE, codeOf, MARIE } from '../../support/signing.ts'
import { accept, atPreview, follow, identified, sentTo } from './support.ts'

const INLINE = /<script(?![^>]* src=)|\son\w+=|javascript:|\sstyle=/i
const LEFT_OVER = /\{\w+\}|undefined|\[object|NaN/

test.each(['en', 'fr'] as const)(
  'from the link to the finished document by plain forms (%s)',
  async (language) => {
    const asked = { ...CLAIRE, language, firstName: 'Claire <b>', company: '<i>Acme' }
    await using sent = await sentTo([asked], { realTime: true })
    const { test: house } = sent
    const { db } = house.house
    await db.updateTable('envelope').set({ message: 'Hello <script>alert(1)</script>', title: 'Lease & <u>more' }).execute()
    const id = await sent.recipientId('Claire <b>')
    const { browser, base } = await follow(sent, 'Claire <b>')
    const page = async (path: string): Promise<string> => {
      const { status, text, headers } = await browser.get(path.startsWith('/s/') ? path : base + path)
      expect([path, status]).toEqual([path, 200])
      expect(text).not.toMatch(INLINE)
      // Sentences for scripts keep their places.
      expect(text.replace(/ data-[\w-]+="[^"]*"/g, '')).not.toMatch(LEFT_OVER)
      expect(text).not.toMatch(/<b>|<u>|<i>|<Ltd>|<script>alert/)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      return text
    }
    const document = (await db.selectFrom('document').select('id').executeTakeFirstOrThrow()).id
    expect(await page('')).toContain('Hello &lt;script&gt;')
    await page(`/documents/${document}/text`)
    await page('/refusal')
    const terms = await page('/consent')
    expect((await browser.post(`${base}/consent`, { disclosure: 'dis_other' })).status).toBe(409)
    expect((await browser.post(`${base}/consent`, { disclosure: /name="disclosure" value="([^"]+)"/.exec(terms)![1]! })).location).toBe(
      `${base}/code`,
    )
    expect(await page('/code')).toContain('cl•••@acme.example')

    const code = await codeOf(house, id)
    const wrong = await browser.post(`${base}/code`, { code: code === '000000' ? '111111' : '000000' })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain('aria-invalid="true"')
    expect(wrong.text).not.toContain(code)
    expect((await browser.post(`${base}/code`, { code: '12' })).status).toBe(422)
    const soon = await browser.post(`${base}/code/renewal`)
    expect([soon.status, soon.text.includes('id="code-error"')]).toEqual([429, true])
    const sessionBefore = browser.cookies.get('ceremony')
    expect((await browser.post(`${base}/code`, { code: `${code.slice(0, 3)} ${code.slice(3)}` })).location).toBe(`${base}/fields`)
    expect(browser.cookies.get('ceremony')).not.toBe(sessionBefore)

    const fields = await page('/fields')
    expect(fields).toContain('value="Claire &lt;b&gt; Martin"')
    const incomplete = await browser.post(`${base}/entries`, { then: 'preview' })
    expect(incomplete.status).toBe(422)
    expect(incomplete.text).toContain('is-missing')
    const name = (await db.selectFrom('field').select('id').where('kind', '=', 'full-name').executeTakeFirstOrThrow()).id
    const saved = await browser.post(`${base}/entries`, { [name]: 'C. Martin' }, { accept: 'application/json' })
    expect([saved.status, JSON.parse(saved.text)]).toEqual([200, { saved: true }])
    const long = await browser.post(`${base}/entries`, { [name]: 'x'.repeat(600) }, { accept: 'application/json' })
    expect([long.status, Object.keys((JSON.parse(long.text) as { fields: object }).fields)]).toEqual([422, [name]])
    expect((await browser.post(`${base}/entries`, { [name]: 'x'.repeat(600) })).text).toContain(`aria-describedby="error-${name}"`)
    expect(await page('/fields')).toContain('value="C. Martin"')

    await page('/marks/signature')
    const svg = await browser.get(`${base}/typed.svg?font=hand-dancing&text=${encodeURIComponent('<Zoé>')}`)
    expect([svg.status, svg.headers.get('content-type'), svg.text.startsWith('<svg')]).toEqual([200, 'image/svg+xml', true])
    const empty = await browser.post(`${base}/marks`, { kind: 'signature', method: 'typed', text: ' ', font: 'hand-dancing' })
    expect([empty.status, empty.text.includes('id="signature-text-error"')]).toEqual([422, true])
    const none = await browser.post(`${base}/marks`, { kind: 'signature', method: 'uploaded' }, { accept: 'application/json' })
    expect([none.status, (JSON.parse(none.text) as { code: string }).code]).toEqual([422, 'picture.missing'])
    expect((await browser.post(`${base}/marks`, { kind: 'stamp', method: 'typed', text: 'x' })).status).toBe(404)
    const photo = new File([new Uint8Array(encodePng(photographedSignature()))], 'photo.png')
    expect((await browser.post(`${base}/marks`, { kind: 'signature', method: 'uploaded', picture: photo })).location).toBe(`${base}/fields`)
    const picture = /src="([^"]+\/marks\/mrk_[^"]+)"/.exec(await page('/fields'))![1]!
    expect((await browser.get(picture)).headers.get('cache-control')).toBe('private, max-age=86400, immutable')
    expect((await browser.post(`${base}/marks/signature/removal`)).location).toBe(`${base}/fields`)
    const typed = await browser.post(
      `${base}/marks`,
      { kind: 'signature', method: 'typed', text: 'Claire', font: 'hand-caveat' },
      { accept: 'application/json' },
    )
    expect((JSON.parse(typed.text) as { picture: string }).picture).toStartWith(`${base}/marks/mrk_`)

    expect((await browser.post(`${base}/entries`, { then: 'preview' })).location).toBe(`${base}/preview`)
    const preview = await page('/preview')
    const confirmed = /name="confirmed" value="([^"]+)"/.exec(preview)![1]!
    const shown = /src="([^"]+pages\/0\?v=[^"]+)"/.exec(preview)![1]!.replaceAll('&amp;', '&')
    expect((await browser.get(shown)).headers.get('cache-control')).toStartWith('private')
    expect((await browser.post(`${base}/signature`, { confirmed: 'f'.repeat(64) })).status).toBe(409)
    expect((await browser.post(`${base}/signature`, { confirmed })).location).toBe(`${base}/done`)
    expect((await browser.post(`${base}/signature`, { confirmed })).location).toBe(`${base}/done`)
    await page('/done')
    expect((await browser.get(`${base}/fields`)).location).toBe(`${base}/done`)
    const recorded = await db.selectFrom('auditLeaf').select('seq').where('type', '=', 'recipient.signed').execute()
    expect(recorded.length).toBeLessThanOrEqual(1)

    await house.drain()
    const link = await db.selectFrom('vaultLink').selectAll().executeTakeFirstOrThrow()
    const url = vaultLinkUrl(ORIGIN, house.house.secretKey, link).slice(ORIGIN.length)
    const finished = await browser.get(url)
    expect([finished.status, finished.location]).toEqual([303, `/s/${link.id}`])
    const last = await page(`/s/${link.id}`)
    expect(last).toContain(`/s/${link.id}/documents/${document}/sealed.pdf`)
    const pdf = await browser.get(`/s/${link.id}/documents/${document}/sealed.pdf`)
    expect([pdf.status, pdf.headers.get('content-type'), pdf.text.slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-'])
    expect(pdf.headers.get('content-disposition')).toStartWith('inline')
    expect((await browser.get(`/s/${link.id}/documents/${document}/sealed.pdf?save`)).headers.get('content-disposition')).toStartWith(
      'attachment',
    )
    expect((await browser.get(`/s/${link.id}/documents/doc_other/sealed.pdf`)).status).toBe(404)
  },
  60_000,
)

test('every page but one’s own leads on; nothing is done out of turn', async () => {
  await using sent = await sentTo([CLAIRE])
  const followed = await follow(sent, 'Claire')
  const { browser, base } = followed
  const leads = async (): Promise<Record<string, string>> => {
    const led: Record<string, string> = {}
    for (const path of ['', '/consent', '/code', '/fields', '/preview', '/done', '/refusal'])
      led[path] = (await browser.get(base + path)).location?.slice(base.length) ?? 'shown'
    return led
  }
  const start = { '/code': '', '/fields': '', '/preview': '', '/done': '' }
  expect(await leads()).toEqual({ '': 'shown', '/consent': 'shown', '/refusal': 'shown', ...start })
  for (const path of ['/code', '/code/renewal', '/entries', '/marks', '/marks/signature/removal', '/preview', '/signature'])
    expect([path, (await browser.post(base + path)).location]).toEqual([path, base])
  expect((await browser.post(`${base}/entries`, {}, { accept: 'application/json' })).status).toBe(409)
  await accept(followed)
  expect(await leads()).toEqual({
    '': 'shown',
    '/consent': '/code',
    '/code': 'shown',
    '/fields': '/code',
    '/preview': '/code',
    '/done': '/code',
    '/refusal': 'shown',
  })
  await browser.post(`${base}/code`, { code: await codeOf(sent.test, await sent.recipientId('Claire')) })
  expect(await leads()).toEqual({
    '': 'shown',
    '/consent': '/fields',
    '/code': '/fields',
    '/fields': 'shown',
    '/preview': 'shown',
    '/done': '/fields',
    '/refusal': 'shown',
  })
}, 90_000)

test('pictures, text, files and marks are shown to their recipient alone, and kept only under their version', async () => {
  await using sent = await sentTo([CLAIRE, { ...MARIE, routingOrder: 1 }])
  const { db } = sent.test.house
  const claire = await identified(sent, 'Claire')
  const marie = await follow(sent, 'Marie')
  const { id } = await db.selectFrom('document').select('id').executeTakeFirstOrThrow()
  const [page] = /\/s\/[^"]+pages\/0\?v=[^"&]+/.exec((await claire.browser.get(claire.base)).text)!
  expect((await claire.browser.get(`${page}&width=240`)).headers.get('cache-control')).toBe('private, max-age=86400, immutable')
  expect((await claire.browser.get(page.replace(/v=.*/, 'width=240'))).headers.get('cache-control')).toBe('no-store')
  expect((await claire.browser.get(`${page.replace(/v=\w{8}/, 'v=00000000')}&width=240`)).headers.get('cache-control')).toBe('no-store')
  for (const path of [`pages/0?width=333`, 'pages/99?width=240', 'pages/-1', 'pages/x', 'pages/99/text', '../doc_other/file'])
    expect([path, (await claire.browser.get(`${claire.base}/documents/${id}/${path}`)).status]).toEqual([path, 404])
  const file = await claire.browser.get(`${claire.base}/documents/${id}/file`)
  expect([file.status, file.headers.get('content-disposition')?.split(';')[0]]).toEqual([200, 'attachment'])
  const stranger = await sent.test.browser()
  expect((await stranger.get(page)).status).toBe(404)
  expect((await marie.browser.get(page)).status).toBe(404)

  await claire.browser.post(`${claire.base}/marks`, { kind: 'signature', method: 'typed', text: 'Claire', font: 'hand-serif' })
  const { id: mark } = await db.selectFrom('mark').select('id').executeTakeFirstOrThrow()
  const other = await identified(sent, 'Marie').catch(() => null)
  expect((await claire.browser.get(`${claire.base}/marks/${mark}`)).status).toBe(200)
  expect((await (other ?? marie).browser.get(`${marie.base}/marks/${mark}`)).status).toBe(other ? 404 : 303)
  const foreign = await db
    .selectFrom('field')
    .select('id')
    .where('recipientId', '=', await sent.recipientId('Marie'))
    .where('kind', '=', 'full-name')
    .executeTakeFirstOrThrow()
  expect((await claire.browser.post(`${claire.base}/entries`, { [foreign.id]: 'x' }, { accept: 'application/json' })).status).toBe(422)
}, 90_000)

test('when another signer was faster, the page says so and shows the new state before it lets them confirm', async () => {
  await using sent = await sentTo([CLAIRE, { ...MARIE, routingOrder: 1, language: 'en' }])
  const claire = await atPreview(sent, 'Claire')
  const marie = await atPreview(sent, 'Marie')
  expect((await claire.browser.post(`${claire.base}/signature`, { confirmed: claire.confirmed })).location).toBe(`${claire.base}/done`)
  const late = await marie.browser.post(`${marie.base}/signature`, { confirmed: marie.confirmed })
  expect(late.status).toBe(409)
  expect(late.text).toContain('The document has moved on')
  expect(late.text).not.toContain('name="confirmed"')
  expect((await marie.browser.post(`${marie.base}/preview`)).location).toBe(`${marie.base}/preview`)
  const { text } = await marie.browser.get(`${marie.base}/preview`)
  const confirmed = /name="confirmed" value="([^"]+)"/.exec(text)![1]!
  expect(confirmed).not.toBe(marie.confirmed)
  expect((await marie.browser.post(`${marie.base}/signature`, { confirmed })).location).toBe(`${marie.base}/done`)
}, 90_000)

test('approvers and witnesses are asked in words of their own', async () => {
  await using sent = await sentTo([
    { ...CLAIRE, role: 'approver' },
    { ...CLAIRE, firstName: 'Will', email: 'will@acme.example', role: 'witness' },
  ])
  const approver = await follow(sent, 'Claire')
  const { text } = await approver.browser.get(approver.base)
  expect(text).toContain('asks you to approve')
  expect(text).toContain('>Approve</button>')
  const witness = await follow(sent, 'Will')
  expect((await witness.browser.get(witness.base)).text).toContain('asks you to witness')
}, 90_000)

test('a no needs a reason, is told, and ends the link for everybody', async () => {
  await using sent = await sentTo([CLAIRE, { ...MARIE, routingOrder: 1 }])
  const { browser, base } = await follow(sent, 'Claire')
  const marie = await follow(sent, 'Marie')
  const without = await browser.post(`${base}/refusal`, { reason: '  ' })
  expect([without.status, without.text.includes('id="reason-error"')]).toEqual([422, true])
  expect((await browser.post(`${base}/refusal`, { reason: 'The price <b>' })).location).toBe(`${base}/refusal`)
  const { status, text } = await browser.get(`${base}/refusal`)
  expect([status, text.includes('Declined')]).toEqual([200, true])
  expect(text).not.toContain('name="reason"')
  expect((await browser.get(base)).location).toBe(`${base}/refusal`)
  const told = await marie.browser.get(marie.base)
  expect(told.status).toBe(410)
  for (const words of ['Claire', 'a refusé', 'The price &lt;b']) expect(told.text).toContain(words)
}, 90_000)

test('whoever holds the link of what was withdrawn reads so, with the reason, at every step; a replaced link tells nothing', async () => {
  await using sent = await sentTo([CLAIRE, { ...MARIE, routingOrder: 1 }])
  const { house } = sent.test
  const user = await ann(sent.test)
  const replaced = await sent.link('Marie')
  await renewLink(house.db, actOf(house, user), user, sent.draft.id, await sent.recipientId('Marie'))
  sent.test.wait(MINUTE)
  const link = await sent.link('Claire')
  const claire = await follow(sent, 'Claire')
  await accept(claire)
  await voidEnvelope(house.db, actOf(house, user), user, sent.draft.id, 'A wrong <price>')
  const isTold = ({ status, text }: { status: number; text: string }): void => {
    expect(status).toBe(410)
    for (const words of ['The document was withdrawn', 'A wrong &lt;price', 'Ann Archer']) expect(text).toContain(words)
  }
  isTold(await claire.browser.get(`${claire.base}/code`))
  isTold(await claire.browser.post(`${claire.base}/code`, { code: '123456' }))
  const fresh = await sent.test.browser()
  isTold(await fresh.get(link))
  const lost = await (await sent.test.browser()).get(replaced)
  expect([lost.status, lost.text.includes('wrong')]).toEqual([404, false])
  const stranger = await (await sent.test.browser()).get(claire.base)
  expect([stranger.status, stranger.text.includes('wrong')]).toEqual([404, false])
  expect(stranger.text).toContain('Open the link in your message again')
}, 90_000)
