import { expect, test } from 'bun:test'
import { contrast, legible, mixed, readColour } from '../../src/base/colour.ts'
import { accentsOf } from '../../src/view/palette.ts'

test('a colour is read as people write it, and as nothing else', () => {
  expect(['#2B3F8F', '2b3f8f', ' #abc '].map(readColour)).toEqual(['#2b3f8f', '#2b3f8f', '#aabbcc'])
  for (const typed of ['', '#12', '#12345', 'red', '#2b3f8f;x', '#gggggg', 'url(x)']) expect(readColour(typed)).toBeNull()
})

test('contrast is that of WCAG 2.2', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 1)
  expect(mixed('#ff0000', '#0000ff', 0.5)).toBe('#800080')
  expect(legible('#000080', () => ['#ffffff'], '#000000')).toBe('#000080')
})

test('whatever colour a company has, everything written in it or on it can be read in both schemes', () => {
  for (let red = 0; red < 256; red += 51)
    for (let green = 0; green < 256; green += 51)
      for (let blue = 0; blue < 256; blue += 51) {
        const colour = `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}` as const
        const { light, dark } = accentsOf(colour)
        const pairs = [
          [light.accent, '#f7f6f2'],
          [light.accent, '#ffffff'],
          [light.accent, light.soft],
          [light.onAccent, light.accent],
          [dark.accent, '#14161b'],
          [dark.accent, '#1c1f26'],
          [dark.accent, dark.soft],
          [dark.onAccent, dark.accent],
        ] as const
        for (const [ink, ground] of pairs) expect({ colour, ink, ground, fits: contrast(ink, ground) >= 4.5 }).toMatchObject({ fits: true })
      }
})
