import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { degrees, PDFDocument, rgb, StandardFonts } from 'pdf-lib'
import { utf8 } from '../../src/base/bytes.ts'
import { pageText } from '../../src/image/page-text.ts'
import { renderPages } from '../../src/image/pages.ts'
import { decodePicture } from '../../src/image/picture.ts'

async function twoPages(rotation = 0): Promise<Uint8Array> {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage([400, 600])
  page.drawText('Hello contract', { x: 50, y: 500, size: 20, font })
  page.drawRectangle({ x: 0, y: 580, width: 20, height: 20, color: rgb(1, 0, 0) })
  page.setRotation(degrees(rotation))
  const field = pdf.getForm().createTextField('S1_name')
  field.setText('Filled in')
  field.addToPage(page, { x: 50, y: 300, width: 200, height: 30, borderWidth: 0, backgroundColor: rgb(0, 0, 1) })
  pdf.addPage([600, 400])
  return pdf.save()
}

test('pages are drawn at the asked width, filled fields included', async () => {
  const pages = await renderPages(await twoPages(), { width: 800 })
  expect(pages.map(({ page, width, height }) => [page, width, height])).toEqual([
    [0, 800, 1200],
    [1, 800, 533],
  ])
  const first = await decodePicture(pages[0]!.bytes)
  const at = (x: number, y: number): number[] => [...first.rgba.subarray((y * 800 + x) * 4, (y * 800 + x) * 4 + 3)]
  expect(at(10, 10)).toEqual([255, 0, 0])
  expect(at(480, 560)).toEqual([0, 0, 255])
  expect(at(700, 1000)).toEqual([255, 255, 255])
})

test('only the pages that are asked for; one that is not there is refused', async () => {
  const pdf = await twoPages()
  expect((await renderPages(pdf, { pages: [1], width: 240 })).map(({ page }) => page)).toEqual([1])
  expect(renderPages(pdf, { pages: [2] })).rejects.toMatchObject({ reason: 'document.page-unreadable' })
  expect(renderPages(utf8('not a file'), {})).rejects.toMatchObject({ reason: 'document.unreadable' })
})

test('text comes with its place from the top left', async () => {
  const { text, runs } = await pageText(await twoPages(), 0)
  expect(text).toContain('Hello contract')
  const run = runs.find((one) => one.text.includes('Hello'))!
  expect(run.x).toBeCloseTo(50, 0)
  expect(run.y).toBeCloseTo(81, 0)
  // From the typeface's ascent to its descent: twenty points and a little.
  expect(run.height).toBeGreaterThan(20)
  expect(run.height).toBeLessThan(25)
})

test('letters that are set one by one are words in lines, read in order', async () => {
  const contract = new Uint8Array(await Bun.file(join(import.meta.dir, '../../static/sample/contract.en.pdf')).arrayBuffer())
  const { runs } = await pageText(contract, 0)
  const lines = runs.map(({ text }) => text)
  expect(lines).toContain('The Client entrusts the Consultant with an assessment of its order-taking process and with')
  expect(lines.filter((text) => text.includes('The fee is € 8,400 excluding VAT'))).toHaveLength(1)
  expect(lines.indexOf('1. Purpose')).toBeLessThan(lines.indexOf('2. Term'))
  expect(runs.length).toBeLessThan(40)
})

test('on a turned page, as it is seen', async () => {
  const { runs } = await pageText(await twoPages(90), 0)
  const run = runs.find((one) => one.text.includes('Hello'))!
  // Turned clockwise, what stood 500 up and 50 in from the left stands 500 in and 50 down.
  expect(run.x).toBeGreaterThan(495)
  expect(run.x).toBeLessThan(502)
  expect(run.y).toBeCloseTo(50, 0)
  expect(run.height).toBeGreaterThan(run.width)
})
