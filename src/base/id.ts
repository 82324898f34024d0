import { randomBytes } from './bytes.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** An opaque identifier: `prefix_` and 20 characters that hold 100 random bits. */
export const newId = (prefix: string): string => {
  let text = ''
  for (const byte of randomBytes(20)) text += ALPHABET[byte & 31]
  return `${prefix}_${text}`
}
