/** How numbers are written inside a country: its code (ITU E.164), and what stands before a number there and goes abroad. */
const NATIONAL: Readonly<Record<string, readonly [code: string, trunk: string]>> = {
  AT: ['43', '0'],
  BE: ['32', '0'],
  CA: ['1', '1'],
  CH: ['41', '0'],
  CI: ['225', ''],
  DE: ['49', '0'],
  DZ: ['213', '0'],
  ES: ['34', ''],
  FR: ['33', '0'],
  GB: ['44', '0'],
  IE: ['353', '0'],
  IT: ['39', ''],
  LU: ['352', ''],
  MA: ['212', '0'],
  MC: ['377', ''],
  NL: ['31', '0'],
  PT: ['351', ''],
  SN: ['221', ''],
  TN: ['216', ''],
  US: ['1', '1'],
}
export const PHONE_COUNTRIES: readonly string[] = Object.keys(NATIONAL)

/** Like `readPhoneNumber`; a number without a country's code is one of this country (ISO 3166-1). */
export function readNationalNumber(typed: string, country: string): string | null {
  const known = readPhoneNumber(typed.replace(/^(\s*\+\d{1,3}\s*)\(0\)/, '$1'))
  const [code, trunk] = NATIONAL[country] ?? []
  if (known || code === undefined || trunk === undefined) return known
  const digits = typed.replaceAll(/[\s().\-–/\u00a0\u202f]/g, '')
  if (!/^\d{5,14}$/.test(digits)) return null
  return readPhoneNumber(`+${code}${trunk && digits.startsWith(trunk) ? digits.slice(trunk.length) : digits}`)
}

/** E.164 (`+33612345678`) from what a person types, with spaces, dots, dashes or brackets; null where it is no international number. */
export function readPhoneNumber(typed: string): string | null {
  const text = typed
    .trim()
    .replaceAll(/[\s().\-–\u00a0\u202f]/g, '')
    .replace(/^00/, '+')
  return /^\+[1-9]\d{6,14}$/.test(text) ? text : null
}
