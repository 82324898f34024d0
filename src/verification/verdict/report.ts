import type { Digest } from '../../base/digest.ts'
import type { Instant } from '../../base/instant.ts'
import type { RevisionKind } from '../../pdf/changes.ts'
import type { SignatureKind } from '../../pdf/signatures.ts'
import type { SubIndication as PathSubIndication } from '../../pki/path.ts'

/** Of ETSI EN 319 102-1 §5.1.3. */
export type Indication = 'passed' | 'indeterminate' | 'failed'
/** Those of them that this verifier gives (tables 5 and 6). */
export type SubIndication =
  | PathSubIndication
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'TIMESTAMP_ORDER_FAILURE'
  | 'SIGNED_DATA_NOT_FOUND'
export type Level = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'

/**
 * The answer in one word. `genuine` only for a file of our own chain whose every rule holds; `foreign-trusted` for one of others whose every
 * signature passes and leads to a root that is trusted here.
 */
export type Answer = 'genuine' | 'changed' | 'foreign-trusted' | 'foreign-intact' | 'incomplete' | 'uncertain' | 'unsigned' | 'unreadable'

export interface CertificateFacts {
  readonly name: string
  readonly organization: string | null
  readonly email: string | null
  readonly issuer: string
  readonly serial: string
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** SHA-256 of the whole certificate. */
  readonly fingerprint: Digest
}

export interface TimeStampFacts {
  readonly over: 'signature' | 'file'
  readonly at: Instant
  readonly by: string
  /** The token is sound, and its authority's chain ends at a root that is trusted here. */
  readonly trusted: boolean
}

export interface SignatureReport {
  readonly field: string
  readonly kind: SignatureKind
  readonly revision: number
  /** ISO 32000-2, table 260: the format of its /Contents. */
  readonly subFilter: string
  /** Such as `ECDSA P-256, SHA-256`; null where it could not be read. */
  readonly algorithm: string | null
  readonly indication: Indication
  readonly subIndication: SubIndication | null
  readonly signer: CertificateFacts | null
  /** From the signer's to the trusted root, or as far as it went. */
  readonly chain: readonly CertificateFacts[]
  /** The chain ends at a root that is trusted here, whatever else is wrong with it. */
  readonly trusted: boolean
  /** Whose root: of this house, of others that it trusts, or of others that it trusts for time stamps alone; null where it is not trusted. */
  readonly authority: 'own' | 'other' | 'time-stamps' | null
  /** The bytes that it covers are those that were signed, by this certificate's key. */
  readonly intact: boolean
  readonly coverage: 'file' | 'revision' | 'none'
  /** What the signer's software wrote; proves nothing. */
  readonly claimedAt: string | null
  readonly reason: string | null
  /** Earliest trusted time stamp over it. */
  readonly provenAt: Instant | null
  readonly provenBy: string | null
  /** Each one that speaks of this signature, trusted or not: its own, then those over the file. */
  readonly timeStamps: readonly TimeStampFacts[]
  readonly level: Level
  readonly revocation: 'good' | 'revoked' | 'unknown'
  readonly revokedAt: Instant | null
  /** What a certification allows afterwards (DocMDP, 1–3). */
  readonly permission: number | null
  /** What was appended after it, in order. */
  readonly since: readonly RevisionKind[]
  readonly faults: readonly string[]
}

/** The state of a file and how it is known; a value, whatever the file is. */
export interface VerificationReport {
  readonly policy: 'paraphe-1'
  readonly checkedAt: Instant
  readonly digest: Digest
  readonly size: number
  /** By which rules: our own chain, where each is fatal, or anybody's PDF. */
  readonly profile: 'ours' | 'foreign' | null
  readonly answer: Answer
  readonly indication: Indication
  readonly subIndication: SubIndication | null
  readonly level: Level | null
  readonly signatures: readonly SignatureReport[]
  readonly revisions: readonly {
    readonly kind: RevisionKind
    readonly end: number
    readonly digest: Digest
    readonly faults: readonly string[]
  }[]
  readonly faults: readonly string[]
}
