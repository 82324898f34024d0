import { expect, test } from 'bun:test'
import { renderPages } from '../../src/image/pages.ts'
import { tagPlaces } from '../../src/image/tag-places.ts'
import { prepare } from '../../src/pdf/prepare.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'
import { decodePicture } from '../../src/image/picture.ts'
import { fieldsOf, preparation } from '../seal/installation.ts'
import { pdfWithText } from '../support/found-files.ts'

const TEXTS = [
  ['Signed for the client {{signature:client}} here', 50, 200],
  ['{{text:1:Place}} and {{date:2}}', 50, 300],
  ['{{list:client:Language of the', 50, 400],
  ['contract;options=English|French}}', 50, 412],
  ['{ {no}} {{}} {{ {{', 50, 500],
] as const

test('tags are found where they stand, also several on a line and one on two lines, on a page turned any way', async () => {
  for (const rotation of [0, 90, 180, 270]) {
    // The lines of a turned page are not read in order: what goes over two of them is found on an upright one alone.
    const found = await tagPlaces(await pdfWithText(rotation ? TEXTS.slice(0, 2) : TEXTS, rotation))
    const tags = rotation ? ['signature', 'text', 'date'].map((kind) => found.find(({ text }) => text.startsWith(kind))!) : found
    expect(tags.map(({ text }) => text)).toEqual(
      ['signature:client', 'text:1:Place', 'date:2', 'list:client:Language of the contract;options=English|French'].slice(0, tags.length),
    )
    expect(tags.map(({ boxes }) => boxes.length)).toEqual([1, 1, 1, 2].slice(0, tags.length))
    const [first] = tags[0]!.boxes
    // 21 letters before it; the base line is at 200.
    if (rotation === 0) {
      expect(first!.x).toBeGreaterThan(130)
      expect(first!.x).toBeLessThan(160)
      expect([first!.y < 200, first!.y > 185, first!.height < 16, first!.width > 80]).toEqual([true, true, true, true])
    }
    if (rotation === 180) expect([first!.x < 595 - 130, first!.y > 630]).toEqual([true, true])
    if (rotation === 90) expect(first!.height).toBeGreaterThan(first!.width)
  }
})

test('a cover paints over the tag alone', async () => {
  const source = await pdfWithText([
    ['{{signature:client}}', 50, 200],
    ['{{text:client}}', 50, 300],
  ])
  const [tag] = await tagPlaces(source)
  const inkAt = async (
    covers: readonly { page: number; x: number; y: number; width: number; height: number }[],
    y: number,
  ): Promise<number> => {
    const { pdf } = await prepare({
      ...preparation(source, [{ name: 'S1', title: 'Claire Martin' }], fieldsOf('S1', 600)),
      fonts: fontSet(),
      covers,
    })
    const [page] = await renderPages(pdf, { pages: [0], width: 595 })
    const { rgba, width } = await decodePicture(page!.bytes)
    let dark = 0
    for (let row = y - 9; row < y + 3; row++) for (let x = 50; x < 150; x++) if (rgba[(row * width + x) * 4]! < 128) dark++
    return dark
  }
  const box = { page: 0, ...tag!.boxes[0]! }
  expect(await inkAt([], 200)).toBeGreaterThan(50)
  expect(await inkAt([box], 200)).toBe(0)
  expect(await inkAt([box], 300)).toBeGreaterThan(50)
})
