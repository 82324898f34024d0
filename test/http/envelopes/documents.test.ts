import { expect, test } from 'bun:test'
import { PDFDocument } from 'pdf-lib'
import { encodePng } from '../../../src/image/png.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { photographedSignature } from '../../support/picture.ts'

const CONTRACT = new Uint8Array(await Bun.file('static/sample/contract.en.pdf').arrayBuffer())
const JSON_PLEASE = { accept: 'application/json' }
const pdf = (bytes: Uint8Array<ArrayBuffer> | string, name = 'contract_1.pdf'): File => new File([bytes], name, { type: 'application/pdf' })

async function newDraft(test: TestHouse): Promise<{ browser: TestBrowser; path: string }> {
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const { location } = await browser.post('/envelopes')
  return { browser, path: location!.replace('/draft', '') }
}
const documentsOf = ({ house }: TestHouse) => house.db.selectFrom('document').selectAll().orderBy('position').execute()

test('a file becomes a document and gives the envelope its title; with a script the answer is the version', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  const answer = await browser.post(`${path}/documents`, { files: pdf(CONTRACT) })
  expect([answer.status, answer.location]).toEqual([303, `${path}/draft#documents`])
  const scripted = await browser.post(
    `${path}/documents`,
    { files: new File([encodePng(photographedSignature(60, 30))], 'scan.png') },
    JSON_PLEASE,
  )
  expect(JSON.parse(scripted.text)).toEqual({ ok: true, version: 3 })
  const { text } = await browser.get(`${path}/draft`)
  const [first, second] = await documentsOf(test)
  expect(text).toContain(`name="title" value="${first!.title}"`)
  expect(text).toContain(`/documents/${second!.id}/pages/0?v=${second!.sourceDigest}&amp;width=240`)
  expect(second).toMatchObject({ fileName: 'scan.png', title: 'scan' })
}, 30_000)

test('refused by name and reason, beside the field or in JSON, and nothing is kept', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  const page = await browser.post(`${path}/documents`, { files: pdf('hello', '<b>bad</b>.pdf') })
  expect(page.status).toBe(422)
  expect(page.text).toContain('id="files-error"')
  expect(page.text).toContain('is not a PDF')
  expect(page.text).not.toContain('<b>bad')
  const told = await browser.post(`${path}/documents`, { files: pdf('hello') }, JSON_PLEASE)
  expect([told.status, JSON.parse(told.text)]).toEqual([422, expect.objectContaining({ code: 'document.not-a-pdf' })])
  const none = await browser.post(`${path}/documents`, { password: 'x' }, JSON_PLEASE)
  expect(JSON.parse(none.text)).toMatchObject({ code: 'document.missing' })
  expect(await documentsOf(test)).toEqual([])
}, 30_000)

test('without the script the good files of several are kept, the others named with their reasons; sent again by the browser, nothing is added', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  const answer = await browser.post(`${path}/documents`, {
    files: [pdf('hello', 'notpdf.pdf'), pdf(CONTRACT, 'three.pdf'), pdf('', 'empty.pdf')],
  })
  expect([answer.status, answer.location]).toEqual([303, `${path}/draft#documents`])
  expect((await documentsOf(test)).map(({ fileName }) => fileName)).toEqual(['three.pdf'])
  const { text } = await browser.get(`${path}/draft`)
  expect(text).toMatch(/flash--stop[^>]*>“notpdf\.pdf” is not a PDF[^<]*“empty\.pdf” is empty\./)
  const alone = await browser.post(`${path}/documents`, { files: pdf('', 'empty.pdf') })
  expect(alone.status).toBe(422)
  expect(alone.text).toContain('“empty.pdf” is empty.')
}, 30_000)

test('a second look at a new document opens the draft in which nothing was done; it can be discarded on its own page', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  expect((await browser.post('/envelopes')).location).toBe(`${path}/draft`)
  await browser.post(`${path}/documents`, { files: pdf(CONTRACT) })
  const other = (await browser.post('/envelopes')).location!
  expect(other).not.toBe(`${path}/draft`)
  expect((await browser.get(other)).text).toContain(`action="${other.replace('/draft', '')}/discarding"`)
  // A title that was taken away is asked for where it is entered.
  await browser.post(`${path}/draft`, { title: '' })
  expect((await browser.get(`${path}/draft`)).text).toContain('<a href="#documents">Please give it a title.</a>')
}, 30_000)

test('what acts by itself is named in words, and goes with consent', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  const made = await PDFDocument.create()
  made.addPage([300, 300])
  made.addJavaScript('open', 'app.alert(1)')
  await made.attach(new Uint8Array([1, 2, 3]), 'notes.txt', {})
  await browser.post(`${path}/documents`, { files: pdf(Uint8Array.from(await made.save())) })
  const [document] = await documentsOf(test)
  const before = await browser.get(`${path}/draft`)
  expect(before.text).toContain('Something in this file acts by itself')
  expect(before.text).toMatch(/Found: (JavaScript and an embedded file|an embedded file and JavaScript)\./)
  expect(before.text).toContain('holds active content. Agree that it is removed')
  expect((await browser.post(`${path}/documents/${document!.id}/consent`)).status).toBe(303)
  const after = await browser.get(`${path}/draft`)
  expect(after.text).not.toContain('Something in this file acts by itself')
  expect(after.text).toContain('What acted by itself will be removed')
}, 30_000)

test('documents are renamed, put in order and removed', async () => {
  await using test = await openTestHouse()
  const { browser, path } = await newDraft(test)
  for (const name of ['one.pdf', 'two.pdf', 'three.pdf']) await browser.post(`${path}/documents`, { files: pdf(CONTRACT, name) })
  const [one, two, three] = await documentsOf(test)
  expect((await browser.post(`${path}/documents/${two!.id}/title`, { title: 'Annex' })).status).toBe(303)
  expect((await browser.post(`${path}/documents/${two!.id}/title`, { title: ' ' })).status).toBe(422)
  const moved = await browser.post(`${path}/documents/order`, { ids: `${three!.id} ${one!.id} ${two!.id}` }, JSON_PLEASE)
  expect(JSON.parse(moved.text)).toMatchObject({ ok: true })
  expect((await documentsOf(test)).map(({ id }) => id)).toEqual([three!.id, one!.id, two!.id])
  await browser.post(`${path}/documents/${one!.id}/removal`, { title: 'one' })
  expect((await browser.get(`${path}/draft`)).text).toContain('“one” is out.')
  expect((await documentsOf(test)).map(({ title }) => title)).toContain('Annex')
  expect((await browser.post(`${path}/documents/${one!.id}/removal`)).status).toBe(404)
}, 30_000)
