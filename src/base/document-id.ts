import { randomBytes } from './bytes.ts'

/** The public identifier on every page: three groups of four and a check character, `7K2M-9QXD-4TRA-C`. */
export type DocumentId = string & { readonly brand: 'DocumentId' }

// No 0 O 1 I L U: nothing that a person reads wrongly. 29 characters, a prime, so that the weighted check finds every
// single wrong character and every swap of two.
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXZ'

const check = (twelve: string): string => {
  let sum = 0
  for (let at = 0; at < 12; at++) sum += ALPHABET.indexOf(twelve[at]!) * (at + 2)
  return ALPHABET[sum % ALPHABET.length]!
}

const grouped = (twelve: string): DocumentId =>
  `${twelve.slice(0, 4)}-${twelve.slice(4, 8)}-${twelve.slice(8)}-${check(twelve)}` as DocumentId

/** 58 random bits, drawn without bias. */
export function newDocumentId(): DocumentId {
  let twelve = ''
  while (twelve.length < 12) for (const byte of randomBytes(16)) if (byte < 232 && twelve.length < 12) twelve += ALPHABET[byte % 29]
  return grouped(twelve)
}

/** What a person typed (any case, any grouping) as a document ID, or null where the check character says that it is none. */
export function readDocumentId(typed: string): DocumentId | null {
  const plain = typed.toUpperCase().replace(/[\s\-–—_.]/g, '')
  if (plain.length !== 13 || [...plain].some((character) => !ALPHABET.includes(character))) return null
  return check(plain.slice(0, 12)) === plain[12] ? grouped(plain.slice(0, 12)) : null
}
