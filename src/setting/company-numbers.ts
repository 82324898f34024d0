/** The numbers by which a company is registered, as its country calls them. The names are the countries' own, in every language. */
export interface CountryNumbers {
  readonly registration: Numbered
  /** Of a place of business, or a second number of the company. */
  readonly establishment?: Numbered
  /** The court or town at which it is registered. */
  readonly register?: { readonly name: string }
  readonly vat: Numbered
}

interface Numbered {
  readonly name: string
  /** Whether it can be such a number, of the text without spaces, dots and dashes. Absent: nobody here can say. */
  readonly fits?: (number: string) => boolean
}

const digits = (text: string): number[] => [...text].map(Number)
const restOf = (text: string, by: number): number => digits(text).reduce((rest, digit) => (rest * 10 + digit) % by, 0)

/** ISO/IEC 7812-1 annex B. */
const luhn = (text: string): boolean =>
  digits(text)
    .toReversed()
    .reduce((sum, digit, at) => sum + (at % 2 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit), 0) %
    10 ===
  0

const LA_POSTE = '356000000'
const siren = (text: string): boolean => /^\d{9}$/.test(text) && luhn(text)
const siret = (text: string): boolean =>
  /^\d{14}$/.test(text) && (luhn(text) || (text.startsWith(LA_POSTE) && digits(text).reduce((sum, digit) => sum + digit, 0) % 5 === 0))
/** The key is of digits (12 + 3 × SIREN mod 97), or has a letter, which nobody but the authority can check. */
function frenchVat(text: string): boolean {
  const [, key = '', number = ''] = /^FR([A-HJ-NP-Z0-9]{2})(\d{9})$/.exec(text) ?? []
  if (!siren(number)) return false
  return !/^\d{2}$/.test(key) || Number(key) === (12 + 3 * restOf(number, 97)) % 97
}
const belgian = (text: string): boolean => /^[01]\d{9}$/.test(text) && 97 - restOf(text.slice(0, 8), 97) === Number(text.slice(8))
const luxembourgVat = (text: string): boolean => /^LU\d{8}$/.test(text) && restOf(text.slice(2, 8), 89) === Number(text.slice(8))
/** ISO 7064 MOD 11,10. */
function germanVat(text: string): boolean {
  if (!/^DE[1-9]\d{8}$/.test(text)) return false
  const numbers = digits(text.slice(2))
  const product = numbers.slice(0, 8).reduce((last, digit) => (((digit + last) % 10 || 10) * 2) % 11, 10)
  return (11 - product) % 10 === numbers[8]
}

const BY_COUNTRY: Readonly<Record<string, CountryNumbers>> = {
  FR: {
    registration: { name: 'SIREN', fits: siren },
    establishment: { name: 'SIRET', fits: siret },
    register: { name: 'RCS' },
    vat: { name: 'TVA', fits: frenchVat },
  },
  MC: { registration: { name: 'RCI' }, vat: { name: 'TVA', fits: (text) => /^FR[A-Z0-9]{2}\d{9}$/.test(text) } },
  BE: {
    registration: { name: 'BCE / KBO', fits: belgian },
    register: { name: 'RPM / RPR' },
    vat: { name: 'TVA / BTW', fits: (text) => text.startsWith('BE') && belgian(text.slice(2)) },
  },
  LU: { registration: { name: 'RCS', fits: (text) => /^[A-Z]\d{1,6}$/.test(text) }, vat: { name: 'TVA', fits: luxembourgVat } },
  DE: { registration: { name: 'HRB / HRA' }, register: { name: 'Amtsgericht' }, vat: { name: 'USt-IdNr.', fits: germanVat } },
  AT: {
    registration: { name: 'FN' },
    register: { name: 'Firmenbuchgericht' },
    vat: { name: 'UID', fits: (text) => /^ATU\d{8}$/.test(text) },
  },
  CH: { registration: { name: 'IDE / UID', fits: (text) => /^CHE\d{9}$/.test(text) }, vat: { name: 'TVA / MWST' } },
  GB: { registration: { name: 'Company number', fits: (text) => /^[A-Z0-9]{8}$/.test(text) }, vat: { name: 'VAT' } },
  IE: { registration: { name: 'CRO' }, vat: { name: 'VAT' } },
  NL: {
    registration: { name: 'KVK', fits: (text) => /^\d{8}$/.test(text) },
    vat: { name: 'btw', fits: (text) => /^NL[A-Z0-9]{9}B\d{2}$/.test(text) },
  },
  ES: { registration: { name: 'NIF' }, vat: { name: 'IVA' } },
  IT: {
    registration: { name: 'Codice fiscale' },
    establishment: { name: 'REA' },
    vat: { name: 'Partita IVA', fits: (text) => /^(IT)?\d{11}$/.test(text) },
  },
  PT: { registration: { name: 'NIPC', fits: (text) => /^\d{9}$/.test(text) }, vat: { name: 'IVA' } },
  MA: {
    registration: { name: 'ICE', fits: (text) => /^\d{15}$/.test(text) },
    establishment: { name: 'RC' },
    register: { name: 'Tribunal' },
    vat: { name: 'IF', fits: (text) => /^\d{7,8}$/.test(text) },
  },
  DZ: { registration: { name: 'RC' }, establishment: { name: 'NIS' }, vat: { name: 'NIF', fits: (text) => /^\d{15}(\d{5})?$/.test(text) } },
  TN: { registration: { name: 'RNE' }, vat: { name: 'MF' } },
  SN: { registration: { name: 'RCCM' }, vat: { name: 'NINEA' } },
  CI: { registration: { name: 'RCCM' }, vat: { name: 'NCC' } },
}

/** Null: the general words are used, and nothing is checked. */
export const numbersOf = (country: string): CountryNumbers | null => BY_COUNTRY[country] ?? null

/** The names alone, of every country that has its own. */
export const NUMBER_NAMES: Readonly<Record<string, Readonly<Partial<Record<keyof CountryNumbers, string>>>>> = Object.fromEntries(
  Object.entries(BY_COUNTRY).map(([country, numbers]) => [
    country,
    Object.fromEntries(Object.entries(numbers).map(([kind, { name }]) => [kind, name as string])),
  ]),
)

/** Whether the text can be such a number of this country; an empty one always is. */
export function fitsNumber(country: string, kind: 'registration' | 'establishment' | 'vat', text: string): boolean {
  const fits = numbersOf(country)?.[kind]?.fits
  return !text || !fits || fits(text.replace(/[\s.\-\u00a0\u202f]/g, '').toUpperCase())
}
