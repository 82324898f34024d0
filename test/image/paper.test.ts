import { expect, test } from 'bun:test'
import type { Bitmap } from '../../src/image/bitmap.ts'
import { cropToContent } from '../../src/image/crop.ts'
import { removeBackground } from '../../src/image/paper.ts'
import { bitmap, photographedSignature } from '../support/picture.ts'

const opacityAt = ({ width, rgba }: Bitmap, x: number, y: number): number => rgba[(y * width + x) * 4 + 3]!

test('paper, shadow and grain go; ink stays in its colour', () => {
  const cleared = removeBackground(photographedSignature())
  for (const [x, y] of [
    [2, 2],
    [597, 297],
    [300, 20],
    [590, 10],
    [40, 150],
  ] as const)
    expect(opacityAt(cleared, x, y)).toBe(0)
  const y = Math.round(150 + Math.sin(300 / 40) * 60)
  expect(opacityAt(cleared, 300, y)).toBe(255)
  expect([...cleared.rgba.subarray((y * 600 + 300) * 4, (y * 600 + 300) * 4 + 3)]).toEqual([28, 44, 140])
})

test('a red stamp on white keeps its red, with soft edges', () => {
  const stamp = bitmap(200, 200, (x, y) => {
    const away = Math.abs(Math.hypot(x - 100, y - 100) - 70)
    const share = Math.min(1, Math.max(0, (5 - away) / 3))
    return [255 - share * 55, 255 - share * 235, 255 - share * 225]
  })
  const cleared = removeBackground(stamp)
  expect(opacityAt(cleared, 100, 100)).toBe(0)
  expect(opacityAt(cleared, 170, 100)).toBe(255)
  expect(cleared.rgba[(100 * 200 + 170) * 4]!).toBeGreaterThan(190)
  const soft = [...Array(200).keys()].map((x) => opacityAt(cleared, x, 100)).filter((value) => value > 0 && value < 255)
  expect(soft.length).toBeGreaterThan(0)
})

test('white ink on a dark board is kept', () => {
  const cleared = removeBackground(bitmap(200, 100, (x, y) => (Math.abs(y - 50) < 3 && x > 30 && x < 170 ? [245, 245, 240] : [30, 50, 40])))
  expect(opacityAt(cleared, 100, 50)).toBe(255)
  expect(opacityAt(cleared, 5, 5)).toBe(0)
})

test('a picture that is see-through already is left alone', () => {
  const clear = bitmap(50, 50, (x, y) => (x === y ? [0, 0, 0, 255] : [255, 255, 255, 0]))
  expect(removeBackground(clear)).toBe(clear)
})

test('cropped to what is visible, with a margin; a speck is dust; nothing is nothing', () => {
  const inked = bitmap(100, 80, (x, y) =>
    x >= 30 && x < 60 && y >= 20 && y < 40 ? [0, 0, 0, 255] : [0, 0, 0, x === 95 && y === 75 ? 255 : 0],
  )
  const cropped = cropToContent(inked, 2)!
  expect([cropped.width, cropped.height]).toEqual([34, 24])
  expect(opacityAt(cropped, 2, 2)).toBe(255)
  expect(opacityAt(cropped, 1, 1)).toBe(0)
  expect(cropToContent(bitmap(10, 10, () => [0, 0, 0, 0]))).toBeNull()
})
