/** 3GPP TS 23.038 §6.2.1: the alphabet of seven bits, and what takes two of its places. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const EXTENDED = new Set('^{}\\[~]|€')

/** A typographer's marks would double the price of a message: an SMS is written with those of a typewriter. */
export const plainMarks = (text: string): string =>
  text
    .replace(/[“”„]|«[\s\u00a0\u202f]*|[\s\u00a0\u202f]*»/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/[\u00a0\u2009\u202f]/g, ' ')
    .replace(/[–—]/g, '-')
    .replaceAll('…', '...')

/** How many parts a gateway sends it in: 160 or 153 places of seven bits each, 70 or 67 of sixteen where one character needs them. */
export function smsParts(text: string): number {
  let places = 0
  for (const character of text) {
    if (BASIC.has(character)) places += 1
    else if (EXTENDED.has(character)) places += 2
    else return text.length <= 70 ? 1 : Math.ceil(text.length / 67)
  }
  return places <= 160 ? 1 : Math.ceil(places / 153)
}
