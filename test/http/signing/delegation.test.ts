import { expect, test } from 'bun:test'
import { CLAIRE, codeOf, MARIE } from '../../support/signing.ts'
import { accept, follow, identified, sentTo } from './support.ts'

const TO = {
  firstName: 'Léa',
  lastName: 'Blanc',
  email: 'lea@client.example',
  phone: '',
  channel: 'email',
  language: 'fr',
  reason: 'on leave',
}

test('handed over by form: the code first, then back to the form; told beside its field what does not fit', async () => {
  await using sent = await sentTo([{ ...MARIE, routingOrder: 1, language: 'en' }, CLAIRE])
  const followed = await follow(sent, 'Marie')
  const { browser, base } = followed
  expect((await browser.get(base)).text).toContain(`href="${base}/delegation"`)
  const first = await browser.get(`${base}/delegation`)
  expect(first.text).toContain('First we make sure that it is you')
  expect(first.text).not.toContain('<form class="form"')
  // A link alone gives nothing away.
  expect((await browser.post(`${base}/delegation`, TO)).status).toBe(303)
  await accept(followed)
  const code = await codeOf(sent.test, await sent.recipientId('Marie'))
  expect((await browser.post(`${base}/code`, { code })).location).toBe(`${base}/delegation`)
  for (const [over, name] of [
    [{ reason: ' ' }, 'reason'],
    [{ email: 'x' }, 'email'],
    [{ email: 'claire@acme.example' }, 'email'],
    [{ channel: 'sms' }, 'phone'],
    [{ firstName: '', lastName: '' }, 'lastName'],
  ] as [Record<string, string>, string][]) {
    const { status, text } = await browser.post(`${base}/delegation`, { ...TO, ...over })
    expect([over, status, text.includes(`id="${name}-error"`)]).toEqual([over, 422, true])
  }
  expect(await sent.recipientId('Marie')).toBeString()
  expect((await browser.post(`${base}/delegation`, TO)).location).toBe(base)
  for (const [language, sentence] of [
    ['en', 'Handed over'],
    ['fr', 'La main est passée'],
  ] as const) {
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get(base)
    expect(status).toBe(410)
    for (const one of [sentence, 'Léa Blanc', 'on leave']) expect(text).toContain(one)
  }
  // Whoever forges that link learns nothing.
  const stranger = await sent.test.browser()
  expect((await stranger.get(`${base}.forged`)).status).toBe(404)
  const lea = await follow(sent, 'Léa')
  expect((await lea.browser.get(lea.base)).status).toBe(200)
  const desk = await sent.test.browser()
  await desk.signIn('ann@acme.example')
  const page = (await desk.get(`/envelopes/${sent.draft.id}`)).text
  expect(page).toContain('Handed over by Marie Dupont')
  expect(page).toContain('Marie Dupont handed over to Léa Blanc: on leave')
  // What the one before did and was sent stays theirs.
  const history = page
    .slice(page.indexOf('What happened'))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
  expect(history).toMatch(/Marie Dupont confirmed the code(?! Léa)/)
  expect((await desk.get('/notifications')).text).toContain('Marie Dupont handed over to Léa Blanc: on leave')
}, 40_000)

test('not offered to the company’s signer unless the sender says so, and refused all the same', async () => {
  await using sent = await sentTo([CLAIRE, MARIE])
  const { browser, base } = await identified(sent, 'Claire')
  expect((await browser.get(`${base}/fields`)).text).not.toContain('/delegation')
  expect((await browser.get(`${base}/delegation`)).status).toBe(403)
  expect((await browser.post(`${base}/delegation`, { ...TO, email: 'ann@acme.example' })).status).toBe(403)
}, 40_000)

test('the sender chooses who may, in the draft', async () => {
  await using sent = await sentTo([MARIE])
  const desk = await sent.test.browser()
  await desk.signIn('ann@acme.example')
  const draft = (await desk.get('/envelopes/new')).location ?? (await desk.post('/envelopes')).location!
  const path = draft.replace(/\/draft.*/, '')
  expect((await desk.get(draft)).text).toMatch(/<option value="other" selected>The other party/)
  expect((await desk.post(`${path}/draft`, { delegation: 'somebody' })).status).toBe(422)
  expect((await desk.post(`${path}/draft`, { delegation: 'everybody' })).status).toBe(303)
  expect((await desk.get(draft)).text).toMatch(/<option value="everybody" selected>/)
}, 40_000)
