import type { Instant } from '../base/instant.ts'

/** What the file that verifies by itself knows of the house: enough to judge, nothing secret. */
export interface Carried {
  readonly version: string
  readonly madeAt: Instant
  /** In whose names documents were issued; the first names the file. */
  readonly companies: readonly string[]
  /** Where the register can be asked. */
  readonly verifyUrl: string
  readonly roots: readonly { readonly name: string; readonly fingerprint: string; readonly notAfter: Instant; readonly der: string }[]
  /** Of others that are trusted: DER as base64. */
  readonly otherRoots: readonly string[]
  /** Of time-stamp authorities that were used: DER as base64. */
  readonly timeStampRoots: readonly string[]
  /** The newest of each issuer. */
  readonly lists: readonly {
    readonly issuer: string
    readonly number: number
    readonly thisUpdate: Instant
    readonly nextUpdate: Instant
    readonly der: string
  }[]
}
