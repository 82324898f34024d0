import { Refusal } from '../../base/refusal.ts'

export const DEEPEST = 32

/**
 * Looks at a JSON text before anything is made of it: no object names a key twice, so that no two readers see two values, and nothing is nested
 * deeper than a reader goes. Whether it is JSON otherwise is for `JSON.parse` to say. `__proto__` is a key like another, and unknown everywhere.
 */
export function refuseOddJson(text: string): void {
  /** For each open object the keys that it has named; null for an array. */
  const open: (Set<string> | null)[] = []
  let isKey = false
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at)
        const keys = open.at(-1)
        if (isKey && keys) {
          const key = readKey(text.slice(at, end + 1))
          if (keys.has(key)) throw new Refusal('invalid', 'request.duplicate-key', { key: key.slice(0, 60) })
          keys.add(key)
        }
        isKey = false
        at = end
        break
      }
      case 0x7b:
      case 0x5b:
        if (open.length >= DEEPEST) throw new Refusal('invalid', 'request.too-deep', { most: DEEPEST })
        isKey = text[at] === '{'
        open.push(isKey ? new Set() : null)
        break
      case 0x7d:
      case 0x5d:
        open.pop()
        isKey = false
        break
      case 0x2c:
        isKey = open.at(-1) instanceof Set
        break
    }
  }
}

/** Long strings are jumped over: a file of megabytes stands in one. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text[at - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return at
  }
  return text.length
}

function readKey(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}
