import type { Bytes } from '../base/bytes.ts'
import { type Instant, wholeSecond } from '../base/instant.ts'
import { failpoint } from '../base/failpoint.ts'
import { documentTimeStamp, seal, securityStore } from '../pdf/append.ts'
import type { Form } from '../pdf/form.ts'
import { readPdf } from '../pdf/read.ts'
import { listSignatures } from '../pdf/signatures.ts'
import { appendObject, readObject } from '../store/object.ts'
import { companySignature } from './company-signature.ts'
import { type Base, CONTENTS, type Revision, type SealTools, storeTail } from './revision.ts'
import { evidenceFor } from './validation-material.ts'

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
  const { algorithm } = await tools.authority.signerFor('seal')
  const places = CONTENTS[algorithm]
  const sealedAt = wholeSecond(clock())
  const sealTail = await seal(base.head, { ...act, at: sealedAt, contentsBytes: places.signature })
  const sealed: Revision = {
    number: base.number + 1,
    kind: 'sealed',
    object: await storeTail(tools, base, sealTail, companySignature(tools)),
    head: sealTail.head,
    recipientId: null,
    facts: { at: sealedAt, level: 'B-T' },
  }
  failpoint('seal.between-seal-and-store')

  const signatures = listSignatures(await readPdf(await readObject(tools.db, sealed.object.digest)))
  const material = await evidenceFor(
    tools.authority,
    wholeSecond(clock()),
    signatures.map(({ der }) => der),
  )
  const store = await securityStore(sealed.head, {
    certificates: material.certificates,
    ocsps: material.ocsps,
    revocationLists: material.revocationLists,
    vri: signatures.map(({ contents }, at) => ({ contents, ...material.indices[at]! })),
  })
  const kept: Revision = {
    number: sealed.number + 1,
    kind: 'security-store',
    object: await appendObject(tools.db, sealed.object.digest, store.bytes),
    head: store.head,
    recipientId: null,
    facts: { level: 'B-LT' },
  }

  const stampTail = await documentTimeStamp(kept.head, { contentsBytes: places.timeStamp })
  const stampedAt = wholeSecond(clock())
  const object = await storeTail(tools, kept, stampTail, (digest: Bytes) => tools.authority.timeStamp(digest, stampedAt))
  return [
    sealed,
    kept,
    {
      number: kept.number + 1,
      kind: 'time-stamped',
      object,
      head: stampTail.head,
      recipientId: null,
      facts: { at: stampedAt, level: 'B-LTA' },
    },
  ]
}
