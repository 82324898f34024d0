import { base64, type Bytes, concat, fromBase64, hex } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { type Instant, wholeSecond } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { type Filled, sign } from '../pdf/append.ts'
import { signReceived } from '../pdf/append-received.ts'
import type { Form } from '../pdf/form.ts'
import { type AnyHead, isReceived } from '../pdf/received-head.ts'
import { sha256 } from '../pki/algorithm.ts'
import { newSerial } from '../pki/certificate.ts'
import { signCms } from '../pki/cms.ts'
import type { Name } from '../pki/name.ts'
import { appendObject } from '../store/object.ts'
import { type Base, coveredBy, type Revision, roomOf, type SealTools, storeTail } from './revision.ts'

export interface SignerAct {
  /** `S1`, the name of the signer's fields. */
  readonly signer: string
  readonly name: string
  readonly appearance: Form | null
  readonly filled: readonly Filled[]
}

/** A signer's revision with every byte but the signature itself: what they are shown is what they sign. */
export interface Frozen {
  /** SHA-256 of what the signature will cover: the person confirms this. */
  readonly digest: Digest
  readonly after: number
  readonly serial: string
  /** Base and tail with an empty signature, stored: the pages that the person is shown are drawn from it. */
  readonly preview: Digest
  /** JSON for the row of `frozen_revision`. */
  readonly state: string
}

interface State {
  readonly signer: string
  readonly name: string
  readonly at: Instant
  readonly before: string
  readonly hole: number
  readonly after: string
  readonly head: AnyHead
}

/** The certificate's serial is drawn by the caller beforehand, so that the row on the certificate of completion can name it. */
export const reserveSerial = (): string => hex(newSerial())

export async function freeze(tools: SealTools, at: Instant, base: Base, act: SignerAct, serial: string): Promise<Frozen> {
  const moment = wholeSecond(at)
  const facts = { appearance: act.appearance, at: moment, name: act.name, contentsBytes: (await roomOf(tools, 'issuing')).signature }
  const tail = isReceived(base.head)
    ? await signReceived(base.head, { ...facts, place: act.signer })
    : await sign(base.head, { ...facts, field: `${act.signer}_sig`, filled: act.filled })
  const { digest, running } = await coveredBy(tools.db, base, tail)
  const empty = new Uint8Array(tail.hole).fill(0x30)
  empty[0] = 0x3c
  empty[tail.hole - 1] = 0x3e
  const preview = await appendObject(tools.db, base.object.digest, concat([tail.before, empty, tail.after]), running)
  const state: State = {
    signer: act.signer,
    name: act.name,
    at: moment,
    before: base64(tail.before),
    hole: tail.hole,
    after: base64(tail.after),
    head: tail.head,
  }
  return { digest: digestOf(digest), after: base.number, serial, preview: preview.digest, state: JSON.stringify(state) }
}

export interface Signatory {
  readonly recipientId: string
  readonly subject: Name
  readonly email?: string
  /** Must outlive the final time stamp: the deadline and 90 days, at least a year. */
  readonly notAfter: Instant
}

/**
 * Signs exactly the frozen bytes with a key made for this one signature. Refused where the document has moved on since it was frozen,
 * or where the bytes are not those that the person confirmed.
 */
export async function signFrozen(
  tools: SealTools,
  base: Base,
  frozen: Pick<Frozen, 'state' | 'digest' | 'after' | 'serial'>,
  confirmed: Digest,
  signatory: Signatory,
): Promise<Revision> {
  if (base.number !== frozen.after || confirmed !== frozen.digest) throw new Refusal('conflict', 'signature.document-moved-on')
  const state = JSON.parse(frozen.state) as State
  const tail = { before: fromBase64(state.before), hole: state.hole, after: fromBase64(state.after), head: state.head }
  const { recipientId, subject, email, notAfter } = signatory
  const { authority } = tools
  const object = await storeTail(tools, base, tail, async (digest: Bytes) => {
    if (digestOf(digest) !== confirmed) throw new Refusal('conflict', 'signature.document-moved-on')
    const { certificate, signer } = await authority.issueSignerCertificate(tools.db, {
      subject,
      notAfter,
      recipientId,
      serial: frozen.serial,
      ...(email ? { email } : {}),
    })
    return signCms({
      digest,
      certificate,
      chain: authority.chain('signer'),
      signer,
      timeStamp: async (value) => authority.timeStamp(await sha256(value)),
    })
  })
  return { number: base.number + 1, kind: 'signed', object, head: tail.head, recipientId, facts: { serial: frozen.serial, at: state.at } }
}
