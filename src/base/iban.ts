/** How long an IBAN of a country is (ISO 13616 registry); of others 15 to 34. */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18
  GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15
  PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 MA28`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** ISO 13616: without spaces, its length and its check digits (mod 97 of ISO 7064) right; else null. */
export function readIban(typed: string): string | null {
  const text = typed.replace(/[\s.-]/g, '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return null
  const length = LENGTHS[text.slice(0, 2)]
  if (length !== undefined && text.length !== length) return null
  let rest = 0
  for (const letter of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(letter, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1 ? text : null
}

/** In groups of four, as it stands on paper. */
export const shownIban = (iban: string): string => iban.replace(/(.{4})(?=.)/g, '$1 ')

/** ISO 9362: eight or eleven characters, the fifth and sixth a country; else null. */
export function readBic(typed: string): string | null {
  const text = typed.replace(/\s/g, '').toUpperCase()
  return /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(text) ? text : null
}
