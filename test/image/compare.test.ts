import { expect, test } from 'bun:test'
import { comparePages, tintDifferences } from '../../src/image/compare.ts'
import { decodePicture } from '../../src/image/picture.ts'
import { bitmap } from '../support/picture.ts'
import { added, OBJECTS, otherFile, stream } from '../verification/other-file.ts'

const WHOLE = { width: 400, most: 4, within: 10 }

test('only pages that a reader would see differ are laid side by side, what differs tinted', async () => {
  const before = otherFile()
  const after = await added(before, (appending) =>
    appending.put(OBJECTS.contents, stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros to Mallory) Tj ET')),
  )
  const { pairs, compared, pages } = await comparePages(before, after, WHOLE)
  expect([pairs.length, compared, pages]).toEqual([1, 1, 1])
  const { width, rgba } = await decodePicture(pairs[0]!.after!.bytes)
  const pixel = (x: number, y: number): number[] => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)]
  // The line of text stands at 700 of 842 points; the foot of the page is as it was.
  expect(Array.from({ length: 120 }, (_, x) => pixel(40 + x, 92)).some(([red, green]) => red! > 240 && green! < 235)).toBe(true)
  expect(pixel(200, 500)).toEqual([255, 255, 255])
  expect((await comparePages(before, before, WHOLE)).pairs).toEqual([])
})

test('a page that is only in one of them; bounds on how many are looked at', async () => {
  const one = otherFile()
  const two = await added(one, (appending) => {
    appending.put(OBJECTS.pages, '<</Type /Pages /Kids [3 0 R 11 0 R] /Count 2>>')
    appending.put(11, '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>>')
  })
  const { pairs } = await comparePages(one, two, WHOLE)
  expect(pairs.map(({ page, before }) => [page, before])).toEqual([[1, null]])
  expect(await comparePages(one, two, { ...WHOLE, within: 1 })).toMatchObject({ pairs: [], compared: 1, pages: 2 })
})

test('one pixel is a difference; another size is one as a whole', () => {
  const white = () => bitmap(40, 40, () => [255, 255, 255])
  const speck = bitmap(40, 40, (x, y) => (x === 20 && y === 20 ? [254, 255, 255] : [255, 255, 255]))
  expect(tintDifferences(white(), white())).toBe(false)
  expect(tintDifferences(white(), speck)).toBe(true)
  expect([...speck.rgba.subarray((17 * 40 + 17) * 4, (17 * 40 + 17) * 4 + 3)]).toEqual([255, 219, 214])
  expect(speck.rgba[1]).toBe(255)
  expect(
    tintDifferences(
      white(),
      bitmap(41, 40, () => [255, 255, 255]),
    ),
  ).toBe(true)
})
