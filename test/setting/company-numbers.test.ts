import { expect, test } from 'bun:test'
import { readBic, readIban, shownIban } from '../../src/base/iban.ts'
import { fitsNumber, NUMBER_NAMES } from '../../src/setting/company-numbers.ts'

// Each that fits beside the same with a digit changed.
test.each([
  ['FR', 'registration', '552 081 317', true],
  ['FR', 'registration', '552 081 318', false],
  ['FR', 'registration', '55208131', false],
  ['FR', 'establishment', '552 081 317 66522', true],
  ['FR', 'establishment', '552 081 317 66523', false],
  ['FR', 'establishment', '356 000 000 00048', true],
  ['FR', 'establishment', '356 000 000 49837', true],
  ['FR', 'vat', 'FR 03 552 081 317', true],
  ['FR', 'vat', 'FR 04 552 081 317', false],
  ['FR', 'vat', 'DE 03 552 081 317', false],
  ['BE', 'registration', '0403.227.515', true],
  ['BE', 'registration', '0403.227.516', false],
  ['BE', 'vat', 'BE 0403.227.515', true],
  ['BE', 'vat', 'BE 0403.227.514', false],
  ['LU', 'registration', 'B 6307', true],
  ['LU', 'vat', 'LU 20260743', true],
  ['LU', 'vat', 'LU 20260744', false],
  ['DE', 'vat', 'DE 136 695 976', true],
  ['DE', 'vat', 'DE 136 695 978', false],
  ['MA', 'registration', '001512572000078', true],
  ['MA', 'registration', '1512572', false],
  ['JP', 'vat', 'whatever', true],
  ['FR', 'vat', '', true],
] as const)('%s %s %s: %p', (country, kind, text, fits) => expect(fitsNumber(country, kind, text)).toBe(fits))

test('an IBAN has its country’s length and its check digits', () => {
  expect(readIban('FR76 3000 6000 0112 3456 7890 189')).toBe('FR7630006000011234567890189')
  expect(readIban('be71 0961 2345 6769')).toBe('BE71096123456769')
  expect(readIban('LU28 0019 4006 4475 0000')).toBe('LU280019400644750000')
  expect(readIban('DE89370400440532013000')).toBe('DE89370400440532013000')
  for (const wrong of [
    'FR76 3000 6000 0112 3456 7890 188',
    'FR7630006000011234567890',
    'XX',
    '',
    'DE89 3704 0044 0532 0130 0',
    'FR76 3000 6000 0112 3456 7890 1é9',
  ])
    expect(readIban(wrong)).toBeNull()
  expect(shownIban('BE71096123456769')).toBe('BE71 0961 2345 6769')
  expect([readBic('bnpafrpp'), readBic('BNPAFRPPXXX'), readBic('BNPAFRP'), readBic('BNPA12PP')]).toEqual([
    'BNPAFRPP',
    'BNPAFRPPXXX',
    null,
    null,
  ])
})

test('every country that has names of its own names its VAT number', () => {
  for (const names of Object.values(NUMBER_NAMES)) expect(names.vat).toBeTruthy()
  expect(NUMBER_NAMES['FR']).toEqual({ registration: 'SIREN', establishment: 'SIRET', register: 'RCS', vat: 'TVA' })
})
