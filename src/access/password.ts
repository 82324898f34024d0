import { Refusal } from '../base/refusal.ts'
import { FIRST_GUESSES } from './first-guesses.ts'

export const SHORTEST_PASSWORD = 12
/** Longer ones would only cost the server time. */
const LONGEST = 1_000

// Bun's own defaults, written down so that an upgrade cannot lower them: OWASP ASVS 5.0, appendix C.
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 65_536, timeCost: 2 } as const

/** A hash takes 64 MiB and a core for a sixth of a second: so many at once, so many waiting, and the next is asked to come back. */
const AT_ONCE = 4
const WAITING = 60

/**
 * Length and guessability are all that counts: no rule about digits or signs. `own` are words that somebody who knows the person
 * would try: the company, the name, the address.
 */
export function checkPassword(password: string, own: readonly string[]): void {
  const length = [...password].length
  if (length < SHORTEST_PASSWORD) throw new Refusal('invalid', 'password.too-short', { shortest: SHORTEST_PASSWORD })
  if (length > LONGEST) throw new Refusal('invalid', 'password.too-long', { longest: LONGEST })
  if (isGuessable(password, own)) throw new Refusal('invalid', 'password.guessable')
}

/** What is left of a password once everything that is tried first is taken out; below five different characters it is a guess. */
function isGuessable(password: string, own: readonly string[]): boolean {
  const ownWords = own.flatMap((text) => [plain(text).replaceAll(/[^a-z0-9]/g, ''), ...plain(text).split(/[^a-z0-9]+/)])
  const words = [...ownWords, ...FIRST_GUESSES, 'paraphe'].filter((word) => word.length >= 4).sort((a, b) => b.length - a.length)
  return [plain(password), unmasked(plain(password))].some((text) => {
    let rest = text
    for (const word of words) rest = rest.replaceAll(word, ' ')
    rest = rest
      .replaceAll(/[\s\p{P}\p{S}]+/gu, '')
      .replaceAll(RUNS, '')
      .replace(/^\d{1,4}|\d{1,4}$/g, '')
    return new Set(rest).size < 5
  })
}

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn']
/** Four or more neighbours of the alphabet or the keyboard, in either direction. */
const RUNS = new RegExp(
  ROWS.flatMap((row) => [row, [...row].reverse().join('')])
    .flatMap((row) => Array.from({ length: row.length - 3 }, (_, at) => row.slice(at, at + 4)))
    .join('|'),
  'g',
)

const plain = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
const LETTER_OF: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
const unmasked = (text: string): string => text.replaceAll(/[013457@$!]/g, (sign) => LETTER_OF[sign] ?? sign)

/** The password in Unicode's composed form, so that every keyboard writes the same one. */
export const hashPassword = (password: string): Promise<string> => inTurn(() => Bun.password.hash(password.normalize('NFC'), ARGON2ID))

/** With no hash (no such account, no password yet) it takes as long and answers no. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const against = hash ?? (await (nobody ??= hashPassword(crypto.randomUUID())))
  const matches = await inTurn(() => Bun.password.verify(password.slice(0, LONGEST * 2).normalize('NFC'), against))
  return matches && hash !== null
}
let nobody: Promise<string> | undefined

let running = 0
const queue: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (queue.length >= WAITING) throw new Refusal('unavailable', 'sign-in.busy')
    await new Promise<void>((start) => queue.push(start))
  } else running++
  try {
    return await work()
  } finally {
    // The place is handed on, so that nobody who comes later takes it.
    const next = queue.shift()
    if (next) next()
    else running--
  }
}
