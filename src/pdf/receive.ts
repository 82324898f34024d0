import { type Bytes, concat } from '../base/bytes.ts'
import { signReceived, timeStampReceived } from './append-received.ts'
import { fillHole, type Tail } from './appended.ts'
import { PdfFault } from './fault.ts'
import type { PdfFile } from './file.ts'
import { laterRevisions } from './later-changes.ts'
import { readPdf } from './read.ts'
import { type Received, pagesOf, receivedOf } from './received.ts'
import { type ReceivedHead, receivedHeadOf, type WantedPlace } from './received-head.ts'
import type { Rotation } from './appearance.ts'
import { securityStore } from './security-store.ts'
import { listSignatures, type PdfSignature } from './signatures.ts'

export interface ReceivedFile {
  readonly head: ReceivedHead
  /** As a reader sees them. */
  readonly pages: readonly { readonly width: number; readonly height: number; readonly rotation: Rotation }[]
}

/** What a signed file allows; PdfFault `signed-…` where it allows nothing or cannot be read without a doubt. */
export const inspectReceived = (bytes: Bytes): Promise<Received & { readonly pages: number }> =>
  strictly(async () => {
    const file = await readPdf(bytes)
    return { ...receivedOf(file), pages: pagesOf(file).length }
  })

/** The head that signatures are appended to, after everything that will be appended was tried: what would break a signature is never begun. */
export const receive = (bytes: Bytes, wanted: readonly WantedPlace[]): Promise<ReceivedFile> =>
  strictly(async () => {
    const file = await readPdf(bytes)
    const head = receivedHeadOf(file, wanted)
    await tryAll(file, head)
    const pages = pagesOf(file).map(({ seen }) => ({ width: round(seen.width), height: round(seen.height), rotation: seen.rotation }))
    return { head, pages }
  })

const round = (value: number): number => Math.round(value * 100) / 100

/** Whatever the strict reader does not accept is, of a signed file, told as one thing: it cannot be appended to. */
async function strictly<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof PdfFault) || error.code.startsWith('signed-')) throw error
    throw new PdfFault('signed-unreadable', error.message)
  }
}

const AT = '2026-01-01T00:00:00.000Z'
const DER = Uint8Array.of(0x30, 3, 2, 1, 5)

/** Every signature, the store and the time stamp, appended with nothing in them; then read as a verifier reads it. */
async function tryAll(file: PdfFile, received: ReceivedHead): Promise<void> {
  const parts: Uint8Array[] = [file.bytes]
  let head = received
  const add = (tail: Tail<ReceivedHead>): void => {
    parts.push(fillHole(tail, DER))
    head = tail.head
  }
  for (const place of Object.keys(received.received.places)) {
    const box = received.received.places[place]!.box
    const appearance = box && { width: box.width, height: box.height, content: '' }
    add(await signReceived(head, { place, appearance, at: AT as never, name: '', contentsBytes: 64 }))
  }
  const store = await securityStore(head, { certificates: [DER], ocsps: [DER], revocationLists: [DER], vri: [] })
  parts.push(store.bytes)
  add(await timeStampReceived(store.head, { contentsBytes: 64 }))
  const grown = await readPdf(concat(parts))
  const before = listSignatures(file)
  const after = listSignatures(grown)
  const isSame = before.every(
    ({ field, byteRange }, at) => after[at]?.field === field && String(after[at]?.byteRange) === String(byteRange),
  )
  const ours = Object.values(received.received.places).every(({ name }) =>
    after.some(({ field, coversRevision, faults }) => field === name && coversRevision && faults.length === 0),
  )
  if (!isSame || !ours || after.length !== before.length + Object.keys(received.received.places).length + 1)
    throw new PdfFault('signed-unreadable', 'trial')
  const changes = changesIn(grown, after)
  if (changes.length > (before.length ? changesIn(file, before).length : 0)) throw new PdfFault('signed-unreadable', changes.join(' '))
}

const changesIn = (file: PdfFile, signatures: readonly PdfSignature[]): string[] =>
  laterRevisions(file, signatures).flatMap(({ changes }) => changes)
