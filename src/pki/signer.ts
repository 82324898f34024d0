import type { Bytes } from '../base/bytes.ts'
import type { KeyAlgorithm } from './algorithm.ts'

/** A private key that may live in this process, in another one or in a token. */
export interface Signer {
  readonly algorithm: KeyAlgorithm
  /** Hashes the message with SHA-256 itself. ECDSA signatures come as DER. */
  sign(message: Uint8Array): Promise<Bytes>
}
