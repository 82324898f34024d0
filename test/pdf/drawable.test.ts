import { expect, test } from 'bun:test'
import { typedForm } from '../../src/pdf/appearance.ts'
import { boundsOf } from '../../src/pdf/bounds.ts'
import { HANDWRITING } from '../../src/pdf/fonts.ts'
import { outlineOf } from '../../src/pdf/outline-svg.ts'
import { roomFor, textSize } from '../../src/pdf/text-size.ts'
import { fontSet } from '../../src/sandbox/fonts.ts'

const fonts = fontSet()

test('what no typeface has is named; every script that is shipped has its letters', () => {
  expect(fonts.undrawable('text', 'Zoé 🎉 Ok 👨‍👩‍👧')).toEqual(['🎉', '👨‍👩‍👧'])
  for (const text of ['Łukasz Ağaoğlu', 'Ирина', 'Ελένη', 'محمد', 'שרה', 'नरेंद्र', 'สมชาย', '山田太郎', '王小明', '김철수', '№ 5 – “a” €'])
    expect([text, fonts.undrawable('text', text)]).toEqual([text, []])
  for (const hand of HANDWRITING) expect(fonts.undrawable(hand, '☃️🚀')).toContain('🚀')
})

test.each(['محمد الهاشمي', 'فاطمة آل', 'Zoë Fjǫrð', 'Ирина', '王小明'])('a typed mark is cut at no edge: %s', (text) => {
  for (const hand of HANDWRITING) {
    const { svg, width, height } = outlineOf(fonts, hand, text, 48)
    const [, x, y] = /matrix\(1 0 0 -1 ([\d.-]+) ([\d.-]+)\)/.exec(svg)!.map(Number)
    const path = boundsOf(/ d="([^"]+)"/.exec(svg)![1]!)!
    expect(path.left + x!).toBeGreaterThanOrEqual(0)
    expect(path.right + x!).toBeLessThanOrEqual(width)
    expect(y! - path.top).toBeGreaterThanOrEqual(0)
    expect(y! - path.bottom).toBeLessThanOrEqual(height)

    const { content } = typedForm(fonts, hand, text, 180, 40)
    const [, scale, , left, bottom, drawn] = /q ([\d.]+) 0 0 ([\d.]+) ([\d.-]+) ([\d.-]+) cm\n([\s\S]*)\nQ/.exec(content)!
    const box = boundsOf(drawn!)!
    expect(Number(bottom) + box.bottom * Number(scale)).toBeGreaterThanOrEqual(0)
    expect(Number(bottom) + box.top * Number(scale)).toBeLessThanOrEqual(40)
    expect(Number(left) + box.left * Number(scale)).toBeGreaterThanOrEqual(0)
    expect(Number(left) + box.right * Number(scale)).toBeLessThanOrEqual(180)
  }
})

test('text shrinks to six points and no further; then so many characters fit', () => {
  const box = { width: 165, height: 17, size: 10, multiline: false }
  expect(roomFor(fonts, { ...box, text: 'Claire Martin' })).toBeNull()
  const text = 'A very long job title that nobody would ever put on one line of a contract'
  const fits = roomFor(fonts, { ...box, text })!
  expect(fits).toBeGreaterThan(30)
  expect(roomFor(fonts, { ...box, text: text.slice(0, fits) })).toBeNull()
  expect(textSize(fonts, { ...box, text: text.slice(0, fits) }, 4)).toBeGreaterThanOrEqual(6)
  expect(roomFor(fonts, { ...box, text: text.slice(0, fits + 1) })).toBe(fits)
  expect(roomFor(fonts, { ...box, height: 60, multiline: true, text })).toBeNull()
  expect(roomFor(fonts, { ...box, height: 20, multiline: true, text: 'one\ntwo\nthree\nfour' })).toBeGreaterThan(0)
  // A box of the smallest size takes what can be set at its height.
  expect(roomFor(fonts, { ...box, height: 6, text: 'Claire' })).toBeNull()
})
