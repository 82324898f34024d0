import { crc32 } from 'node:zlib'
import { randomBytes, utf8 } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { sha256 } from '../audit/trail.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PREFIX = 'prph_'
const RANDOM = 32
const CHECK = 6
/** What scanners of source code look for. */
export const TOKEN_SHAPE = /^prph_[0-9A-Za-z]{38}$/

/** `prph_`, 32 random characters (190 bits) and the CRC-32 of all before, base 62: found by a pattern, and told from what only looks so. */
export function newSecret(): string {
  let text = PREFIX
  while (text.length < PREFIX.length + RANDOM)
    for (const byte of randomBytes(RANDOM)) if (byte < 248 && text.length < PREFIX.length + RANDOM) text += ALPHABET[byte % 62]
  return text + checkOf(text)
}

/** Whether it can be one of ours at all: a typing error or another's token is told without a look into the database. */
export const isSecret = (text: string): boolean => TOKEN_SHAPE.test(text) && text.slice(-CHECK) === checkOf(text.slice(0, -CHECK))

function checkOf(text: string): string {
  let value = crc32(text)
  let check = ''
  for (let at = 0; at < CHECK; at++) {
    check = ALPHABET[value % 62]! + check
    value = Math.floor(value / 62)
  }
  return check
}

/** All that is kept of it. */
export const hashOf = (secret: string): Digest => digestOf(sha256(utf8(secret)))
export const hintOf = (secret: string): string => secret.slice(-4)
