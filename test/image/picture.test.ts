import { expect, test } from 'bun:test'
import { deflateSync } from 'node:zlib'
import { utf8 } from '../../src/base/bytes.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { bmpOf } from '../../src/image/bitmap.ts'
import { decodePicture, scaleToFit, splitOpacity } from '../../src/image/picture.ts'
import { encodePng } from '../../src/image/png.ts'
import { bitmap, photographedSignature, pngThatClaims, withExif } from '../support/picture.ts'

const picture = bitmap(40, 20, (x, y) => [x * 6, y * 12, 90])
const native = new Bun.Image(bmpOf(picture))
const jpeg = new Uint8Array(await native.jpeg({ quality: 95 }).bytes())
const webp = new Uint8Array(await new Bun.Image(bmpOf(picture)).webp({ lossless: true }).bytes())
const png = encodePng(picture)

const refusal = async (bytes: Uint8Array): Promise<string> => {
  const error = await decodePicture(bytes).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof Refusal ? error.reason : `not refused: ${String(error)}`
}

test('PNG and lossless WebP come back pixel by pixel', async () => {
  expect((await decodePicture(png)).rgba).toEqual(picture.rgba)
  expect((await decodePicture(webp)).rgba).toEqual(picture.rgba)
})

test('JPEG comes back within its own loss, upright', async () => {
  const turned = await decodePicture(withExif(jpeg, 6))
  expect([turned.width, turned.height]).toEqual([20, 40])
  // Orientation 6: the stored top row is the right-hand column as seen.
  expect(Math.abs(turned.rgba[(39 * 20 + 19) * 4]! - picture.rgba[39 * 4]!)).toBeLessThan(12)
})

test('nothing but pixels survives', async () => {
  const written = encodePng(await decodePicture(withExif(jpeg, 1)))
  expect(Buffer.from(written).includes('SecretCamera')).toBe(false)
  expect(Buffer.from(written).includes('eXIf')).toBe(false)
})

test('a palette picture, one with see-through parts and one of many colours are each written exactly', async () => {
  for (const made of [
    bitmap(30, 30, (x) => (x < 15 ? [255, 0, 0] : [0, 0, 0, 0])),
    bitmap(64, 64, (x, y) => [x * 4, y * 4, x ^ y]),
    bitmap(64, 64, (x, y) => [x * 4, y * 4, 7, 200 - x]),
  ])
    expect((await decodePicture(encodePng(made))).rgba).toEqual(made.rgba)
})

test.each([
  ['an SVG', utf8('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
  ['HTML called a picture', utf8('<!doctype html><p>hello')],
  ['a GIF', utf8('GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;'.padEnd(60, '\0'))],
  ['a BMP', bmpOf(picture)],
  ['a PDF', utf8('%PDF-1.7\n%%EOF'.padEnd(60))],
  ['nothing', new Uint8Array()],
  ['an animated WebP', Uint8Array.from([...utf8('RIFF'), 60, 0, 0, 0, ...utf8('WEBPVP8X'), 10, 0, 0, 0, 2, ...new Uint8Array(47)])],
])('%s is no picture here', async (_, bytes) => {
  expect(await refusal(bytes)).toBe('picture.unknown-format')
})

test.each([
  ['a truncated PNG', png.subarray(0, png.length - 40)],
  ['a truncated JPEG', jpeg.subarray(0, jpeg.length - 60)],
  ['a JPEG of a header alone', jpeg.subarray(0, 20)],
  ['a truncated WebP', webp.subarray(0, webp.length - 20)],
  ['a PNG without width', pngThatClaims(0, 10)],
  ['a PNG that holds less than it says', pngThatClaims(2_000, 2_000)],
  ['a PNG whose checksum is wrong', png.with(40, png[40]! ^ 1)],
])('%s is damaged', async (_, bytes) => {
  expect(await refusal(bytes)).toBe('picture.damaged')
})

test('a bomb is refused from its header, without decoding', async () => {
  const bomb = pngThatClaims(30_000, 30_000, deflateSync(new Uint8Array(100_000_000)))
  expect(bomb.length).toBeLessThan(110_000)
  const start = performance.now()
  expect(await refusal(bomb)).toBe('picture.too-many-pixels')
  expect(performance.now() - start).toBeLessThan(50)
})

test('too many bytes are refused before they are looked at', async () => {
  expect(await refusal(new Uint8Array(15_000_001))).toBe('picture.too-heavy')
})

test('data beyond what the header says is not unpacked', async () => {
  expect(await refusal(pngThatClaims(10, 10, deflateSync(new Uint8Array(50_000_000))))).toMatch(/not refused: null|picture.damaged/)
})

test('larger pictures are scaled down to the limit, never up', async () => {
  const large = encodePng(photographedSignature(1_200, 600))
  const small = await decodePicture(large, { bytes: 15_000_000, pixels: 40_000_000, side: 300 })
  expect([small.width, small.height]).toEqual([300, 150])
  expect(await scaleToFit(picture, 400, 400)).toBe(picture)
  expect((await scaleToFit(picture, 20, 20)).height).toBe(10)
})

test('opacity is split off only where there is any', () => {
  expect(splitOpacity(picture).alpha).toBeUndefined()
  expect(splitOpacity(bitmap(2, 1, (x) => [1, 2, 3, x ? 0 : 255]))).toEqual({
    width: 2,
    height: 1,
    rgb: Uint8Array.of(1, 2, 3, 1, 2, 3),
    alpha: Uint8Array.of(255, 0),
  })
})
