import type { Bytes } from '../base/bytes.ts'
import { type Instant, wholeSecond } from '../base/instant.ts'
import { documentTimeStamp, securityStore } from '../pdf/append.ts'
import { timeStampReceived } from '../pdf/append-received.ts'
import { type AnyHead, isReceived } from '../pdf/received-head.ts'
import type { PdfSignature } from '../pdf/signatures.ts'
import { proofEndOf } from '../pki/time-stamp.ts'
import { appendObject } from '../store/object.ts'
import { ownSignatures } from './own-signatures.ts'
import { type Base, type Revision, roomOf, type SealTools, storeTail } from './revision.ts'
import { evidenceFor } from './validation-material.ts'

/**
 * Security store and document time stamp over all that stands before them: at the sealing for every signature, later for the last time
 * stamp alone, before it can no longer be checked (ETSI EN 319 142-1 §5.5). The store is never given out without the stamp, which alone covers it.
 */
export async function archive(
  tools: SealTools,
  clock: () => Instant,
  base: Base,
  signatures: readonly Pick<PdfSignature, 'der' | 'contents'>[],
): Promise<[Revision, Revision]> {
  const material = await evidenceFor(
    tools.authority,
    wholeSecond(clock()),
    signatures.map(({ der }) => der),
  )
  const store = await securityStore<AnyHead>(base.head, {
    certificates: material.certificates,
    ocsps: material.ocsps,
    revocationLists: material.revocationLists,
    vri: signatures.map(({ contents }, at) => ({ contents, ...material.indices[at]! })),
  })
  const kept: Revision = {
    number: base.number + 1,
    kind: 'security-store',
    object: await appendObject(tools.db, base.object.digest, store.bytes),
    head: store.head,
    recipientId: null,
    facts: { level: 'B-LT' },
  }
  const room = { contentsBytes: (await roomOf(tools, 'tsa')).timeStamp }
  const stampTail = isReceived(kept.head) ? await timeStampReceived(kept.head, room) : await documentTimeStamp(kept.head, room)
  const at = wholeSecond(clock())
  let proofUntil: Instant | undefined
  const object = await storeTail(tools, kept, stampTail, async (digest: Bytes) => {
    const token = await tools.authority.timeStamp(digest, at)
    proofUntil = proofEndOf(token)
    return token
  })
  const stamped: Revision = {
    number: kept.number + 1,
    kind: 'time-stamped',
    object,
    head: stampTail.head,
    recipientId: null,
    facts: { at, level: 'B-LTA' },
    ...(proofUntil ? { proofUntil } : {}),
  }
  return [kept, stamped]
}

export interface LastStamp extends Pick<PdfSignature, 'der' | 'contents'> {
  readonly proofUntil: Instant
}

/** The newest document time stamp of ours in a stored file, and until when it proves; null where there is none. */
export async function lastStampOf(tools: Pick<SealTools, 'db' | 'config'>, file: Pick<Base, 'object' | 'head'>): Promise<LastStamp | null> {
  const last = (await ownSignatures(tools, file)).findLast(({ kind }) => kind === 'time-stamp')
  return last ? { der: last.der, contents: last.contents, proofUntil: proofEndOf(last.der) } : null
}
