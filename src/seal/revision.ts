import type { Authority, Seal } from '../authority/authority.ts'
import type { Bytes } from '../base/bytes.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Digester } from '../base/digest.ts'
import type { Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { RevisionKind } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { fillHole, type Tail } from '../pdf/append.ts'
import type { AnyHead } from '../pdf/received-head.ts'
import { appendObject, digestObject, type StoredObject } from '../store/object.ts'

export interface SealTools {
  readonly db: Db
  readonly config: Pick<Config, 'dataDirectory'>
  readonly authority: Authority
}

/** What stands in the store and is not yet part of any envelope. A crash before it is linked leaves an orphan. */
export interface Revision {
  readonly number: number
  readonly kind: RevisionKind
  readonly object: StoredObject
  readonly head: AnyHead
  readonly recipientId: string | null
  readonly facts: Readonly<Record<string, string | number | null>>
  /** Of a document time stamp: until when it proves its time. */
  readonly proofUntil?: Instant
}

/** The revision that the next one continues. */
export type Base = Pick<Revision, 'number' | 'object' | 'head'>

/** A revision without its signature, whatever file it continues. */
type Hole = Pick<Tail, 'before' | 'hole' | 'after'>

/** Bytes of DER that a place is kept for; measured with three certificates and a time stamp, and room for long names. */
const CONTENTS = {
  'ecdsa-p256': { signature: 8_192, timeStamp: 4_096 },
  'ecdsa-p384': { signature: 8_192, timeStamp: 4_096 },
  'rsa-3072': { signature: 14_336, timeStamp: 8_192 },
} as const

/** Bytes to keep for a signature with its time stamp, and for a document time stamp. */
export async function roomOf({ authority }: SealTools, purpose: 'issuing' | 'tsa'): Promise<{ signature: number; timeStamp: number }> {
  const { signature, timeStamp } = CONTENTS[(await authority.signerFor(purpose)).algorithm]
  return { signature: signature + authority.tokenRoom, timeStamp: timeStamp + authority.tokenRoom }
}

/** Bytes to keep for a signature of this seal; certificates that others made may be of any size. */
export async function roomOfSeal({ authority }: SealTools, seal: Seal): Promise<number> {
  const carried = seal.isOutside ? [seal.certificate, ...seal.chain].reduce((total, der) => total + der.length, 1_024) : 0
  return CONTENTS[(await seal.signer()).algorithm].signature + carried + authority.tokenRoom
}

/** SHA-256 of what the signature covers, and the running digest of the base, read once for both. */
export async function coveredBy(db: Db, base: Pick<Base, 'object'>, tail: Hole): Promise<{ digest: Bytes; running: Digester }> {
  const running = await digestObject(db, base.object.digest)
  const covered = running.copy()
  covered.update(tail.before)
  covered.update(tail.after)
  return { digest: covered.digest(), running }
}

/** Fills the hole and stores base and tail as one object that shares the base's chunks. */
export async function storeTail(
  tools: SealTools,
  base: Pick<Base, 'object'>,
  tail: Hole,
  contents: (digest: Bytes) => Promise<Bytes>,
): Promise<StoredObject> {
  const { digest, running } = await coveredBy(tools.db, base, tail)
  const der = await contents(digest)
  failpoint('seal.before-store')
  const object = await appendObject(tools.db, base.object.digest, fillHole(tail, der), running)
  failpoint('seal.after-store')
  return object
}
