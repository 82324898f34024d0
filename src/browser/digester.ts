import type { Bytes } from '../base/bytes.ts'
import type { Digester, NewDigester } from '../base/digest.ts'

const BLOCK = 64
/** Beginnings of the file whose running state is kept. */
const KEPT_EVERY = 1024 * 1024

// FIPS 180-4 §4.2.2, §5.3.3: fractions of the roots of the first primes.
const PRIMES: readonly number[] = (() => {
  const found: number[] = []
  for (let number = 2; found.length < 64; number++) if (found.every((prime) => number % prime)) found.push(number)
  return found
})()
const fraction = (root: number): number => ((root % 1) * 0x1_0000_0000) | 0
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))
const INITIAL = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))

const schedule = new Int32Array(64)

/** FIPS 180-4 §6.2.2 over whole blocks of `bytes` from `at` to `end`. */
function compress(state: Int32Array, bytes: Uint8Array, at: number, end: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const w = schedule
  for (let block = at; block < end; block += BLOCK) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + t * 4)
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]!
      const y = w[t - 2]!
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0
    }
    let a = state[0]!
    let b = state[1]!
    let c = state[2]!
    let d = state[3]!
    let e = state[4]!
    let f = state[5]!
    let g = state[6]!
    let h = state[7]!
    for (let t = 0; t < 64; t++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    state[0] = (state[0]! + a) | 0
    state[1] = (state[1]! + b) | 0
    state[2] = (state[2]! + c) | 0
    state[3] = (state[3]! + d) | 0
    state[4] = (state[4]! + e) | 0
    state[5] = (state[5]! + f) | 0
    state[6] = (state[6]! + g) | 0
    state[7] = (state[7]! + h) | 0
  }
}

interface Kept {
  readonly file: Uint8Array
  /** State after each KEPT_EVERY bytes of the file, as far as anybody has come. */
  readonly states: Int32Array[]
  readonly onKept: (hashed: number) => void
}

/** SHA-256 in pieces. Pieces that are the file from its beginning go on from the furthest state that is kept, so that many prefixes cost one pass. */
class FileDigester implements Digester {
  readonly #kept: Kept
  #state = INITIAL.slice()
  #rest = new Uint8Array(BLOCK)
  #length = 0
  /** Everything so far was the beginning of the file. */
  #follows = true
  constructor(kept: Kept) {
    this.#kept = kept
  }

  update(bytes: Uint8Array): void {
    const { file } = this.#kept
    this.#follows &&= bytes.buffer === file.buffer && bytes.byteOffset === file.byteOffset + this.#length
    if (!this.#follows) return this.#add(bytes)
    const end = this.#length + bytes.length
    const furthest = Math.min(Math.floor(end / KEPT_EVERY), this.#kept.states.length)
    if (furthest * KEPT_EVERY > this.#length) {
      this.#state = this.#kept.states[furthest - 1]!.slice()
      this.#length = furthest * KEPT_EVERY
    }
    while (this.#length < end) {
      const next = Math.min(end, (Math.floor(this.#length / KEPT_EVERY) + 1) * KEPT_EVERY)
      this.#add(file.subarray(this.#length, next))
      if (next % KEPT_EVERY === 0 && this.#kept.states.length === next / KEPT_EVERY - 1) {
        this.#kept.states.push(this.#state.slice())
        this.#kept.onKept(next)
      }
    }
  }

  #add(bytes: Uint8Array): void {
    let at = 0
    const begun = this.#length % BLOCK
    if (begun) {
      at = Math.min(BLOCK - begun, bytes.length)
      this.#rest.set(bytes.subarray(0, at), begun)
      if (begun + at === BLOCK) compress(this.#state, this.#rest, 0, BLOCK)
    }
    const whole = at + Math.floor((bytes.length - at) / BLOCK) * BLOCK
    if (whole > at) compress(this.#state, bytes, at, whole)
    if (bytes.length > whole) this.#rest.set(bytes.subarray(whole))
    this.#length += bytes.length
  }

  copy(): FileDigester {
    const copy = new FileDigester(this.#kept)
    copy.#state = this.#state.slice()
    copy.#rest = this.#rest.slice()
    copy.#length = this.#length
    copy.#follows = this.#follows
    return copy
  }

  /** FIPS 180-4 §5.1.1: a one, zeros, the length in bits. */
  digest(): Bytes {
    const length = this.#length
    const padding = new Uint8Array((length % BLOCK < 56 ? 56 : 120) - (length % BLOCK) + 8)
    padding[0] = 0x80
    const view = new DataView(padding.buffer)
    view.setUint32(padding.length - 8, Math.floor(length / 0x2000_0000))
    view.setUint32(padding.length - 4, (length << 3) >>> 0)
    this.#add(padding)
    const hash = new DataView(new ArrayBuffer(32))
    this.#state.forEach((word, at) => hash.setInt32(at * 4, word))
    return new Uint8Array(hash.buffer)
  }
}

/** Digesters for one file; `onHashed` hears how many of its bytes have been gone through for the first time. */
export function digestersFor(file: Uint8Array, onHashed: (hashed: number) => void = () => {}): NewDigester {
  const kept: Kept = { file, states: [], onKept: onHashed }
  return () => new FileDigester(kept)
}
