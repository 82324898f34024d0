import { expect, test } from 'bun:test'
import { encodePng } from '../../../src/image/png.ts'
import { openBrowser } from '../../support/browser.ts'
import { photographedSignature } from '../../support/picture.ts'
import { listen } from '../../../src/http/listen.ts'
import { freePort } from '../../support/installation.ts'
import { CLAIRE } from '../../support/signing.ts'
import { identified, sentTo } from './support.ts'

test('what a reader could not read and what a document cannot show is refused with a sentence, and nothing is kept', async () => {
  await using sent = await sentTo([CLAIRE])
  const { db } = sent.test.house
  const { browser, base } = await identified(sent, 'Claire')
  const { id } = await db.selectFrom('field').select('id').where('kind', '=', 'full-name').executeTakeFirstOrThrow()
  const enter = async (text: string) => {
    const answer = await browser.post(`${base}/entries`, { [id]: text }, { accept: 'application/json' })
    return { status: answer.status, ...(JSON.parse(answer.text) as { code?: string; message?: string }) }
  }
  const long = await enter('Claire Marie Antoinette Josèphe de la Tour du Pin Gouvernet et de Bellegarde')
  expect(long).toMatchObject({ status: 422, code: 'entry.no-room' })
  expect(long.message).toMatch(/^Too long for this field: [3-6]\d characters fit\.$/)
  expect(await enter('Claire 🎉')).toMatchObject({
    status: 422,
    code: 'entry.undrawable',
    message: 'A document cannot show 🎉. Please leave it out.',
  })
  expect(await db.selectFrom('fieldEntry').selectAll().execute()).toEqual([])
  expect((await enter('Клер 山田')).status).toBe(200)
  const page = await browser.post(`${base}/entries`, { [id]: 'Claire 🎉', then: 'preview' })
  expect([page.status, page.text.includes(`aria-describedby="error-${id}"`)]).toEqual([422, true])

  const mark = { kind: 'signature', method: 'typed', text: 'Claire 🎉', font: 'hand-caveat' }
  const refused = await browser.post(`${base}/marks`, mark)
  expect([refused.status, refused.text.includes('id="signature-text-error">A document cannot show 🎉')]).toEqual([422, true])
  expect(await db.selectFrom('mark').selectAll().execute()).toEqual([])
  // While it is typed, the preview shows no empty box either.
  const drawn = async (text: string) => (await browser.get(`${base}/typed.svg?font=hand-caveat&text=${encodeURIComponent(text)}`)).text
  expect(await drawn('Claire🎉')).toBe(await drawn('Claire'))
}, 90_000)

test('the preview of an uploaded picture is what the document will bear, and nothing is kept of it', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using sent = await sentTo([CLAIRE], { realTime: true, origin })
  const { db } = sent.test.house
  const { browser: forms, base } = await identified(sent, 'Claire')
  const buffer = Buffer.from(encodePng(photographedSignature()))
  const picture = new File([buffer], 'photo.png')
  const proof = await forms.post(`${base}/marks/proofs`, { picture })
  expect([proof.status, proof.headers.get('content-type'), proof.headers.get('cache-control')]).toEqual([200, 'image/png', 'no-store'])
  expect((await forms.post(`${base}/marks/proofs`, {}, { accept: 'application/json' })).status).toBe(422)
  const text = new File(['no picture'], 'a.png')
  expect((await forms.post(`${base}/marks/proofs`, { picture: text }, { accept: 'application/json' })).status).toBe(422)
  expect(await db.selectFrom('mark').selectAll().execute()).toEqual([])

  const server = listen(sent.test.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page, context } = await browser.person()
  await context.addCookies([...forms.cookies].map(([name, value]) => ({ name, value, url: origin })))
  await page.goto(`${origin}${base}/fields`)
  await page.getByRole('button', { name: /^Next field/ }).click()
  await page.getByRole('tab', { name: 'Upload' }).click()
  await page.locator('dialog[open] [name="picture"]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer })
  const shown = page.locator('dialog[open] [data-upload-preview][src]')
  await shown.waitFor()
  const width = () => shown.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)
  // Cut to the ink: the picture has lost its paper at both sides.
  await page.waitForTimeout(300)
  expect(await width()).toBeLessThan(500)
  await page.locator('dialog[open] [name="keepBackground"]:visible').check()
  await page.locator('dialog[open] [data-upload-paper]:not([aria-busy]) [data-upload-preview][src]').waitFor()
  await page.waitForTimeout(300)
  expect(await width()).toBe(600)
  expect(browser.complaints).toEqual([])
  await server.stop(true)
}, 120_000)
