import { type Instant, wholeSecond } from '../base/instant.ts'
import { failpoint } from '../base/failpoint.ts'
import { seal } from '../pdf/append.ts'
import { signReceived } from '../pdf/append-received.ts'
import type { Form } from '../pdf/form.ts'
import { isReceived } from '../pdf/received-head.ts'
import { archive } from './archiving.ts'
import { ownSignatures } from './own-signatures.ts'
import { companySignature, sealOf } from './company-signature.ts'
import { type Base, type Revision, roomOfSeal, type SealTools, storeTail } from './revision.ts'

/**
 * The last three revisions, made in one go: the company's visible seal, the security store, the archive time stamp over all of it. The store
 * is never given out without the time stamp, which alone covers it. Calling it again after a crash makes them anew from the same base.
 */
export async function sealDocument(
  tools: SealTools,
  clock: () => Instant,
  base: Base,
  act: { readonly name: string; readonly appearance: Form | null },
): Promise<[Revision, Revision, Revision]> {
  const sealedAt = wholeSecond(clock())
  const own = await sealOf(tools, base)
  const facts = { ...act, at: sealedAt, contentsBytes: await roomOfSeal(tools, own) }
  const sealTail = isReceived(base.head) ? await signReceived(base.head, { ...facts, place: 'seal' }) : await seal(base.head, facts)
  const sealed: Revision = {
    number: base.number + 1,
    kind: 'sealed',
    object: await storeTail(tools, base, sealTail, companySignature(tools, own)),
    head: sealTail.head,
    recipientId: null,
    facts: { at: sealedAt, level: 'B-T' },
  }
  failpoint('seal.between-seal-and-store')

  return [sealed, ...(await archive(tools, clock, sealed, await ownSignatures(tools, sealed)))]
}
