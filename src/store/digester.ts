import type { Digester } from '../base/digest.ts'

class BunDigester implements Digester {
  readonly #hasher: Bun.CryptoHasher
  constructor(hasher = new Bun.CryptoHasher('sha256')) {
    this.#hasher = hasher
  }
  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes)
  }
  copy(): Digester {
    return new BunDigester(this.#hasher.copy())
  }
  digest(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#hasher.digest())
  }
}

/** SHA-256 by Bun's native code. */
export const newDigester = (): Digester => new BunDigester()
