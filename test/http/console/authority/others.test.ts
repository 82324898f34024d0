import { beforeAll, expect, test } from 'bun:test'
import { type Bytes, base64, fromBase64 } from '../../../../src/base/bytes.ts'
import { later, MINUTE } from '../../../../src/base/instant.ts'
import { toPem } from '../../../../src/pki/certificate.ts'
import { newDigester } from '../../../../src/store/digester.ts'
import { verifyPdf } from '../../../../src/verification/verdict/verify-pdf.ts'
import { NOON, openTestHouse, type TestBrowser } from '../../../support/house.ts'
import { rootMadeElsewhere } from '../../../support/other-roots.ts'
import { declareAuthority } from '../../../pki/declared-authority.ts'
import { craftCms, plainHolder } from '../../../verification/crafted-cms.ts'
import { stampBy, stamped, withEvidence } from '../../../verification/other-evidence.ts'
import { otherFile, signedBy } from '../../../verification/other-file.ts'
import { SIGNED_AT } from '../../../verification/sealed-file.ts'

const PATH = '/console/authority/others'
let authority: Awaited<ReturnType<typeof declareAuthority>>
let pem: string
beforeAll(async () => {
  authority = await declareAuthority()
  pem = toPem(authority.root.certificate)
})

const given = (text: string): Record<string, string | Blob> => ({ file: new File([], ''), pem: text })
const kept = (text: string): string => /<textarea name="pem" hidden>([^<]+)</.exec(text)?.[1] ?? ''
const addressOf = (text: string): string => /others\/[0-9a-f]{64}/.exec(text)![0].replace('others', PATH)

test.each(['en', 'fr'])(
  'a root is read, compared, trusted, and trusted no longer; what is wrong stands beside its field (%s)',
  async (language) => {
    await using test = await openTestHouse({ authority: true })
    const browser = await test.browser()
    await browser.signIn('ann@acme.example')
    browser.cookies.set('lang', language)
    expect((await browser.get('/console/authority')).text).toContain(`href="${PATH}"`)
    const empty = await browser.get(PATH)
    expect([empty.status, /\{\w+\}|undefined|\[object/.test(empty.text)]).toEqual([200, false])

    const long = `/CN=${'R'.repeat(60)}/O=A & <B> ${'o'.repeat(50)}`
    for (const [fields, field] of [
      [given(''), 'file'],
      [given('nothing'), 'pem'],
      [given(toPem(authority.signer.certificate)), 'pem'],
      [given(rootMadeElsewhere('/CN=Weak', '-newkey', 'rsa:1024')), 'pem'],
      [{ file: new File(['nothing'], 'root.pem'), pem: '' }, 'file'],
      [{ file: new File(['x'.repeat(200_001)], 'root.pem'), pem: '' }, 'file'],
    ] as const) {
      const { status, text } = await browser.post(`${PATH}/reading`, fields)
      expect([field, status, text.includes(`id="${field}-error"`)]).toEqual([field, 422, true])
      expect(text).not.toMatch(/\{\w+\}|undefined|\[object/)
    }
    const der = new File([authority.root.certificate], 'root.cer')
    for (const fields of [given(pem), { file: der, pem: '' }, { file: new File([pem + rootMadeElsewhere(long)], 'roots.pem'), pem: '' }]) {
      const read = await browser.post(`${PATH}/reading`, fields)
      expect(read.status).toBe(200)
      expect(read.text).toContain('Müller, Söhne &amp; Co')
      expect(read.text).not.toMatch(/\{\w+\}|undefined|\[object|<B>/)
      expect(kept(read.text)).toContain('BEGIN CERTIFICATE')
    }
    expect((await browser.get(`${PATH}/reading`)).location).toBe(PATH)
    const read = await browser.post(`${PATH}/reading`, given(pem))
    const hasty = await browser.post(PATH, { pem: kept(read.text) })
    expect([hasty.status, hasty.text.includes('id="compared-error"'), kept(hasty.text)]).toEqual([422, true, kept(read.text)])
    expect((await browser.post(PATH, { compared: '1' })).status).toBe(422)
    expect((await browser.get(PATH)).text).not.toContain('Test Root CA')

    expect((await browser.post(PATH, { pem: kept(read.text), compared: '1' })).location).toBe(PATH)
    const { text } = await browser.get(PATH)
    expect(text).toContain('Test Root CA')
    const again = await browser.post(`${PATH}/reading`, given(pem))
    expect([again.status, again.text.includes('id="pem-error"')]).toEqual([422, true])
    const one = addressOf(text)
    const shown = await browser.get(one)
    expect([shown.status, /\{\w+\}|undefined|\[object/.test(shown.text)]).toEqual([200, false])
    // It stands in the file that verifies by itself.
    expect((await browser.get('/console/authority/verifier.html')).text).toContain(base64(authority.root.certificate))
    // The log tells both.
    expect((await browser.post(`${one}/removal`)).location).toBe(PATH)
    expect((await browser.post(`${one}/removal`)).status).toBe(404)
    expect((await browser.get(one)).status).toBe(404)
    expect((await browser.get(PATH)).text).not.toContain(one)
    expect((await browser.get('/console/audit')).text).toContain('Test Root CA')
  },
  60_000,
)

test('nobody but an administrator reads, adds or removes one', async () => {
  await using test = await openTestHouse()
  const ann = await test.browser()
  await ann.signIn('ann@acme.example')
  await ann.post(PATH, { pem, compared: '1' })
  const one = addressOf((await ann.get(PATH)).text)
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  for (const path of [PATH, one]) expect((await bob.get(path)).status).toBe(403)
  const more = rootMadeElsewhere('/CN=Another')
  expect((await bob.post(`${PATH}/reading`, given(more))).status).toBe(403)
  expect((await bob.post(PATH, { pem: more, compared: '1' })).status).toBe(403)
  expect((await bob.post(`${one}/removal`)).status).toBe(403)
  const stranger = await test.browser()
  await stranger.get('/sign-in')
  expect((await stranger.get(PATH)).status).toBe(303)
  expect((await stranger.post(`${one}/removal`)).status).not.toBe(200)
  const { text } = await ann.get(PATH)
  expect([text.includes('Test Root CA'), text.includes('Another')]).toEqual([true, false])
})

test('a file that somebody else signed: unknown before, known after, unknown again, sent or judged in the browser', async () => {
  await using test = await openTestHouse()
  const cms = (covered: Bytes) =>
    craftCms({
      covered,
      holder: plainHolder(authority.signer),
      chain: [authority.issuing.certificate],
      names: 'v2',
      timeStamp: stampBy(authority),
    })
  const signed = await signedBy(otherFile(), { cms, room: 8_192 })
  const file = await stamped(
    await withEvidence(signed, authority, authority.signer.certificate, 'lists'),
    authority,
    later(SIGNED_AT, 2 * MINUTE),
  )
  const ann = await test.browser()
  await ann.signIn('ann@acme.example')
  const unknown = { sent: 'foreign-intact', here: 'foreign-intact' }
  const known = { sent: 'foreign-trusted', here: 'foreign-trusted' }
  expect(await told(await test.browser(), file)).toEqual(unknown)
  await ann.post(PATH, { pem, compared: '1' })
  expect(await told(await test.browser(), file)).toEqual(known)
  await ann.post(`${addressOf((await ann.get(PATH)).text)}/removal`)
  expect(await told(await test.browser(), file)).toEqual(unknown)
}, 60_000)

/** By sending the file, and by what the page gives its script. */
async function told(visitor: TestBrowser, file: Bytes): Promise<{ sent: string; here: string }> {
  const { text } = await visitor.get('/verify')
  const roots = (name: string): Bytes[] =>
    (new RegExp(`data-${name}="([^"]*)"`).exec(text)![1] ?? '').split(' ').filter(Boolean).map(fromBase64)
  const upload = { file: new File([file], 'theirs.pdf', { type: 'application/pdf' }) }
  const sent = await visitor.post('/verify', upload, { accept: 'application/json' })
  const here = await verifyPdf(file, {
    roots: roots('roots'),
    otherRoots: roots('other-roots'),
    timeStampRoots: roots('time-stamp-roots'),
    newDigester,
    at: NOON,
  })
  return { sent: (JSON.parse(sent.text) as { report: { answer: string } }).report.answer, here: here.answer }
}
