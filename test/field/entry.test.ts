import { expect, test } from 'bun:test'
import { isFault, readEntry, showEntry, typedEntry } from '../../src/field/entry.ts'
import { newPurse } from '../../src/field/pattern.ts'
import type { Format } from '../../src/field/rules.ts'

const NUMBER: Format = { type: 'number', decimals: 3 }
const EUROS: Format = { type: 'amount', currency: 'EUR', min: '0', max: '10000' }
const value = (format: Format, typed: string, language: string): string => {
  const entry = readEntry(format, typed, language)
  return 'value' in entry ? entry.value : entry.reason
}

test('numbers as people type them, in either language', () => {
  for (const [typed, en, fr] of [
    ['1 234,50', '1234.5', '1234.5'],
    ['1,234.50', '1234.5', '1234.5'],
    ['1.234,50', '1234.5', '1234.5'],
    ['1\u202f234,5', '1234.5', '1234.5'],
    ['1\u00a0234\u00a0567', '1234567', '1234567'],
    ['1,234', '1234', '1.234'],
    ['1.234', '1.234', '1.234'],
    ['1.234.567', '1234567', '1234567'],
    ['12,5', '12.5', '12.5'],
    ["1'234.5", '1234.5', '1234.5'],
    ['-3,25', '-3.25', '-3.25'],
    ['−3.25', '-3.25', '-3.25'],
    ['+7', '7', '7'],
    ['007', '7', '7'],
    ['0', '0', '0'],
    ['1,23,4', 'entry.number', 'entry.number'],
    ['12 34', 'entry.number', 'entry.number'],
    ['1,234.567.8', 'entry.number', 'entry.number'],
    ['1e9', 'entry.number', 'entry.number'],
    ['abc', 'entry.number', 'entry.number'],
    ['1.2345', 'entry.decimals', 'entry.decimals'],
    ['1'.repeat(16), 'entry.number-long', 'entry.number-long'],
  ] as const) {
    expect([typed, value(NUMBER, typed, 'en')]).toEqual([typed, en])
    expect([typed, value(NUMBER, typed, 'fr')]).toEqual([typed, fr])
  }
  expect(value({ type: 'number', decimals: 0 }, '1,5', 'en')).toBe('entry.whole')
})

test('amounts with their currency, within their limits, shown as a reader writes them', () => {
  for (const typed of ['1 234,5', '1 234,50 €', '€1,234.50', 'EUR 1.234,50', '1234.5 eur'])
    expect([typed, value(EUROS, typed, 'fr')]).toEqual([typed, '1234.50'])
  expect(readEntry(EUROS, '-1', 'fr')).toEqual({ reason: 'entry.too-small', params: { least: '0,00\u00a0€' } })
  expect(readEntry(EUROS, '10000.01', 'en')).toEqual({ reason: 'entry.too-large', params: { most: '€10,000.00' } })
  expect(value(EUROS, '1.005', 'en')).toBe('entry.decimals')
  expect(value({ type: 'amount', currency: 'JPY' }, '1,5', 'en')).toBe('entry.whole')
  expect(showEntry(EUROS, '1234567.5', 'en')).toBe('€1,234,567.50')
  expect(showEntry(EUROS, '1234567.5', 'fr')).toBe('1\u00a0234\u00a0567,50\u00a0€')
  expect(showEntry(EUROS, '-5', 'en')).toBe('-€5.00')
  expect(showEntry({ type: 'amount', currency: 'CHF' }, '5', 'en')).toBe('CHF\u00a05.00')
  expect(typedEntry(EUROS, '1234.50', 'fr')).toBe('1\u00a0234,50')
  // What is shown in the control is read again as the same, in both languages.
  for (const language of ['en', 'fr'])
    for (const stored of ['0', '1.5', '1234.567', '-1234567', '999999999999999'])
      expect([language, value(NUMBER, typedEntry(NUMBER, stored, language), language)]).toEqual([language, stored])
})

test('IBANs by length and check digits', () => {
  for (const good of [
    'FR14 2004 1010 0505 0001 3M02 606',
    'de89370400440532013000',
    'GB82-WEST-1234-5698-7654-32',
    'XX55 1234 5678 9012 345',
  ])
    expect([good, value({ type: 'iban' }, good, 'en')]).not.toEqual([good, good.startsWith('XX') ? '' : 'entry.iban'])
  expect(value({ type: 'iban' }, 'FR14 2004 1010 0505 0001 3M02 606', 'en')).toBe('FR1420041010050500013M02606')
  expect(showEntry({ type: 'iban' }, 'FR1420041010050500013M02606', 'en')).toBe('FR14 2004 1010 0505 0001 3M02 606')
  for (const bad of ['FR14 2004 1010 0505 0001 3M02 607', 'FR1420041010050500013M0260', 'DE89 3704 0044 0532 0130 0', '', 'FR14', '<b>'])
    expect([bad, value({ type: 'iban' }, bad, 'en')]).toEqual([bad, 'entry.iban'])
})

test('days within their limits, own patterns with their sentence', () => {
  const days: Format = { type: 'date', min: '2026-11-01', max: '2026-11-30' }
  expect(value(days, '2026-11-24', 'en')).toBe('2026-11-24')
  expect(readEntry(days, '2026-10-31', 'fr')).toEqual({ reason: 'entry.too-early', params: { least: '1 novembre 2026' } })
  expect(readEntry(days, '2026-12-01', 'en')).toEqual({ reason: 'entry.too-late', params: { most: '30 November 2026' } })
  expect(value(days, '2026-02-30', 'en')).toBe('entry.date')
  const postcode: Format = { type: 'pattern', pattern: '\\d{5}', sentence: 'Five digits.' }
  expect(value(postcode, '75001', 'en')).toBe('75001')
  expect(readEntry(postcode, '7500', 'en')).toEqual({ reason: 'entry.own', params: { sentence: 'Five digits.' } })
  expect(value({ ...postcode, sentence: '' }, '75001x', 'en')).toBe('entry.pattern')
})

test('what would be walked too long is a fault of the entry, not of the server', () => {
  const format = { type: 'pattern', pattern: '(a?){490}', sentence: '' } as const
  const purse = newPurse()
  const reasons = new Set<string>()
  for (let at = 0; at < 30; at++) {
    const entry = readEntry({ ...format }, 'a'.repeat(480), 'en', purse)
    reasons.add(isFault(entry) ? entry.reason : 'taken')
  }
  expect([...reasons]).toEqual(['taken', 'entry.patterns-long'])
})
