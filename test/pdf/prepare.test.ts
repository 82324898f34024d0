import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { degrees, PDFArray, PDFDocument, PDFName, PDFString } from 'pdf-lib'
import type { Bytes } from '../../src/base/bytes.ts'
import { judgeRevisions } from '../../src/pdf/changes.ts'
import { unbalanced } from '../../src/pdf/balance.ts'
import { headOf } from '../../src/pdf/head.ts'
import { imagesToPdf } from '../../src/pdf/image-pages.ts'
import { inspect } from '../../src/pdf/inspect.ts'
import { prepare } from '../../src/pdf/prepare.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'
import { fieldsOf, preparation } from '../seal/installation.ts'

const SIGNERS = [{ name: 'S1', title: 'Claire Martin' }]
const make = async (draw: (doc: PDFDocument) => void): Promise<Bytes> => {
  const doc = await PDFDocument.create()
  draw(doc)
  return Uint8Array.from(await doc.save({ useObjectStreams: false }))
}
const prepared = (source: Bytes, fields = fieldsOf('S1', 60)) => prepare({ ...preparation(source, SIGNERS, fields), fonts: fontSet() })

test('what is prepared is what the strict reader and the grammar of our own files accept', async () => {
  for (const rotation of [0, 90, 180, 270]) {
    const source = await make((doc) => {
      const page = doc.addPage([500, 700])
      page.setRotation(degrees(rotation))
      page.setCropBox(20, 30, 440, 600)
    })
    const { pdf, pages } = await prepared(source)
    const file = await readPdf(pdf)
    expect([pages.length, (await judgeRevisions(file)).faults]).toEqual([2, []])
    const { width, height } = headOf(file).fields['S1_f1']!
    // A field on a page that is shown lying stands upright to whoever reads it.
    expect([width, height]).toEqual(rotation % 180 ? [17, 165] : [165, 17])
  }
})

test('the page grows at the foot as seen by the strip, and nowhere else', async () => {
  const seen = { 0: [20, 12, 440, 618], 90: [20, 30, 458, 600], 180: [20, 30, 440, 618], 270: [2, 30, 458, 600] }
  for (const [rotation, box] of Object.entries(seen)) {
    const source = await make((doc) => {
      const page = doc.addPage([500, 700])
      page.setRotation(degrees(Number(rotation)))
      page.setCropBox(20, 30, 440, 600)
    })
    const page = (await PDFDocument.load((await prepared(source)).pdf)).getPage(0)
    const { x, y, width, height } = page.getCropBox()
    expect([rotation, x, y, width, height]).toEqual([rotation, ...box])
  }
})

test('what acts is named, refused without consent, and gone with it', async () => {
  const source = await make((doc) => {
    const page = doc.addPage()
    doc.addJavaScript('greet', 'app.alert(1)')
    doc.catalog.set(PDFName.of('OpenAction'), doc.context.obj({ S: 'Launch', F: PDFString.of('calc.exe') }))
    const link = doc.context.obj({ Type: 'Annot', Subtype: 'Link', Rect: [0, 0, 10, 10], A: { S: 'JavaScript', JS: PDFString.of('x') } })
    page.node.set(PDFName.of('Annots'), doc.context.obj([doc.context.register(link)]) as PDFArray)
  })
  expect((await inspect(source)).activeContent.map(({ kind }) => kind).sort()).toEqual(['javascript', 'javascript', 'launch'])
  await expect(prepare({ ...preparation(source, SIGNERS, []), removeActive: false, fonts: fontSet() })).rejects.toThrow('active-content')
  const { pdf } = await prepared(source, [])
  expect((await inspect(pdf)).activeContent).toEqual([])
  expect(Buffer.from(pdf).toString('latin1')).not.toMatch(/app\.alert|calc\.exe|\/JavaScript|\/Launch/)
})

test('a form that was there becomes part of the page', async () => {
  const source = await make((doc) => {
    const page = doc.addPage()
    const field = doc.getForm().createTextField('name')
    field.setText('Kept words')
    field.addToPage(page, { x: 50, y: 500, width: 200, height: 20 })
  })
  expect((await inspect(source)).formFields).toBe(1)
  const file = await readPdf((await prepared(source)).pdf)
  expect(Object.keys(headOf(file).fields).sort()).toEqual(['S1_f1', 'S1_f2', 'S1_row', 'S1_sig', 'certification', 'seal'])
})

test('graphics states that a page leaves open or closes too often are counted, also beside strings and inline images', () => {
  const count = (content: string) => unbalanced(Buffer.from(content))
  expect(count('q 1 0 0 1 0 0 cm Q')).toEqual({ open: 0, missing: 0 })
  expect(count('q q BT (Q \\) Q) Tj ET Q')).toEqual({ open: 1, missing: 0 })
  expect(count('Q Q q % Q\n')).toEqual({ open: 1, missing: 2 })
  expect(count('q BI /W 1 /H 1 ID Q Q EI Q')).toEqual({ open: 0, missing: 0 })
  expect(count('/Q /q Do <51> Tj')).toEqual({ open: 0, missing: 0 })
})

test('pictures become A4 pages, upright or lying', async () => {
  const gray = (width: number, height: number) => ({ width, height, gray: new Uint8Array(width * height) })
  const { pages } = await inspect(await imagesToPdf([gray(40, 80), gray(80, 40)]))
  expect(pages.map(({ width, height }) => [width, height])).toEqual([
    [595.28, 841.89],
    [841.89, 595.28],
  ])
})

test('what is not a PDF, or no longer one, is refused by name', async () => {
  const refusal = async (bytes: Uint8Array) =>
    inspect(bytes as Bytes).then(
      () => null,
      (error: { code: string }) => error.code,
    )
  expect(await refusal(Buffer.from('hello'))).toBe('not-a-pdf')
  expect(await refusal(Buffer.from('%PDF-1.7\nnothing more'))).toBe('damaged')
  const contract = new Uint8Array(await Bun.file(join(import.meta.dir, '../../static/sample/contract.en.pdf')).arrayBuffer())
  expect(await refusal(contract)).toBeNull()
})
