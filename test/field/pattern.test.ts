import { expect, test } from 'bun:test'
import { newPurse, PatternFault, patternIn, PurseEmpty, readPattern } from '../../src/field/pattern.ts'

test('it answers as the engine of the language does', () => {
  const texts = [
    '',
    'a',
    'ab',
    'abc',
    'aab',
    'AB12',
    'AB-12',
    '75001',
    '2A004',
    'x.y',
    'x+y',
    'é',
    '日本',
    'a\tb',
    '😀',
    ']',
    '-',
    '^',
    'aaaaaaaa',
  ]
  for (const source of [
    'a',
    'a*b?',
    '(a|b)+',
    '(?:ab|cd){1,2}',
    '[A-Z]{2}-?\\d{2}',
    '\\d{5}|2[AB]\\d{3}',
    '[^a-c]+',
    '.',
    '..',
    'x[.+]y',
    'x\\.y',
    '\\p{L}+',
    '\\P{L}',
    'a{3,}',
    'a{0,8}',
    '^abc$',
    '[\\]\\-^]',
    '[a-]',
    '',
    '(|a)b',
    '((a*)*)*b?',
    '\\S+\\s\\S+',
  ]) {
    const own = readPattern(source)
    const engine = new RegExp(`^(?:${source.replace(/^\^|\$$/g, '')})$`, 'u')
    for (const text of texts) expect([source, text, own.matches(text)]).toEqual([source, text, engine.test(text)])
  }
})

test('a pattern that hangs an engine answers at once', () => {
  const started = performance.now()
  for (const source of ['(a+)+', '(a|aa)+', '(a*)*', '(.*a){20}', '([a-z]+)*', '(a|a|a|a)*', '(((a?){30}){6})'])
    expect([source, readPattern(`${source}b`).matches(`${'a'.repeat(480)}!`)]).toEqual([source, false])
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('what cannot be walked is refused with its place', () => {
  for (const [source, reason, at] of [
    ['(a', 'field.pattern-unfinished', 2],
    ['[a', 'field.pattern-unfinished', 2],
    ['a\\', 'field.pattern-unfinished', 2],
    ['a)', 'field.pattern-sign', 1],
    ['*a', 'field.pattern-sign', 0],
    ['a**', 'field.pattern-sign', 2],
    ['a+?', 'field.pattern-sign', 2],
    ['(?=a)', 'field.pattern-sign', 2],
    ['(?<n>a)', 'field.pattern-sign', 2],
    ['(a)\\1', 'field.pattern-sign', 4],
    ['\\bword', 'field.pattern-sign', 1],
    ['a^b', 'field.pattern-sign', 1],
    ['[z-a]', 'field.pattern-sign', 3],
    ['\\p{Greek}', 'field.pattern-sign', 2],
    ['a{600}', 'field.pattern-large', 1],
    ['((a{100}){100}){100}', 'field.pattern-large', 0],
    ['(((((){500}){500}){500}){500})', 'field.pattern-large', 0],
    ['('.repeat(60), 'field.pattern-large', 31],
  ] as const) {
    const fault = (() => {
      try {
        readPattern(source)
        return null
      } catch (error) {
        return error as PatternFault
      }
    })()
    expect([source, fault?.reason, fault?.at]).toEqual([source, reason, at])
  }
})

test('many patterns of one request share what may be walked, and a class is asked once of a sign', () => {
  const started = performance.now()
  const purse = newPurse()
  const own = `([${'\\s'.repeat(85)}\\w]+){0,500}`
  expect(patternIn(purse, own)).toBe(patternIn(purse, own))
  expect(() => {
    for (let at = 0; at < 100; at++) patternIn(purse, own).matches('é'.repeat(480), purse)
  }).toThrow(PurseEmpty)
  expect(performance.now() - started).toBeLessThan(8_000)
  const usual = newPurse()
  for (let at = 0; at < 300; at++)
    expect(patternIn(usual, '[A-Za-z0-9._%+-]{1,60}').matches('a.long-name_of+60%'.repeat(3), usual)).toBe(true)
  expect(readPattern('[^\\s\\sab-d]+').matches('xyz')).toBe(true)
  expect(readPattern('[^\\s\\sab-d]+').matches('xcz')).toBe(false)
})
