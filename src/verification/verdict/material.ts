import type { Bytes } from '../../base/bytes.ts'

/** What chains and revocation are judged with: roots from whoever asks, the rest from the file and proving nothing by itself. */
export interface Material {
  readonly roots: readonly Bytes[]
  readonly certificates: readonly Bytes[]
  readonly revocationLists: readonly Bytes[]
  readonly ocsps: readonly Bytes[]
}
