import { type Bytes, hex } from './bytes.ts'

/** SHA-256 in lower-case hexadecimal: 64 characters. The name of every stored object. */
export type Digest = string & { readonly brand: 'Digest' }

export const isDigest = (text: string): text is Digest => /^[0-9a-f]{64}$/.test(text)
export const digestOf = (hash: Uint8Array): Digest => hex(hash) as Digest

/** SHA-256 fed in pieces. It is passed in, because WebCrypto cannot hash in pieces and the browser has nothing else. */
export interface Digester {
  update(bytes: Uint8Array): void
  /** The running state, so that one pass gives the digest of a prefix and of the whole. */
  copy(): Digester
  /** 32 bytes; the digester is spent afterwards. */
  digest(): Bytes
}
export type NewDigester = () => Digester
