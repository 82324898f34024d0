import type { EmptyField, Received as ReceivedPdf } from '../pdf/received.ts'
import type { WantedPlace } from '../pdf/received-head.ts'
import type { Document, Field, Recipient } from './envelope.ts'
import { acts, signerNames } from './naming.ts'
import { nameOrRole } from './telling.ts'

/** A document that arrived with signatures of others, as it was found at the upload. */
export interface Received extends ReceivedPdf {
  /** Who signed it, by their certificates. */
  readonly signers: readonly string[]
}

/** Null for a document that is rewritten at the dispatch, as most are. */
export const receivedIn = (document: Pick<Document, 'findings'>): Received | null =>
  (JSON.parse(document.findings) as { received?: Received | null }).received ?? null

type Placed = Pick<Field, 'page' | 'x' | 'y' | 'width' | 'height'>

/** The editor rounds; a field of the file is taken where the box is the same but for that. */
const NEAR = 1.5

export const emptyFieldAt = ({ emptyFields }: Pick<Received, 'emptyFields'>, box: Placed): EmptyField | undefined =>
  emptyFields.find(
    (empty) =>
      empty.page === box.page && (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(empty[side] - box[side]) <= NEAR),
  )

/** The empty field that a box was dropped on: its middle lies in it. */
export function emptyFieldUnder({ emptyFields }: Pick<Received, 'emptyFields'>, box: Placed): EmptyField | undefined {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  return emptyFields.find(
    (empty) => empty.page === box.page && x >= empty.x && x <= empty.x + empty.width && y >= empty.y && y <= empty.y + empty.height,
  )
}

/**
 * Everything of one person on one page is drawn inside their one signature: its rectangle is what encloses all of it. Null for an invisible
 * signature, `apart` where the fields stand on several pages.
 */
export function enclosing(fields: readonly Placed[]): Placed | 'apart' | null {
  const [first] = fields
  if (!first) return null
  if (fields.some(({ page }) => page !== first.page)) return 'apart'
  const [x, y] = [Math.min(...fields.map((one) => one.x)), Math.min(...fields.map((one) => one.y))]
  const right = Math.max(...fields.map((one) => one.x + one.width))
  const bottom = Math.max(...fields.map((one) => one.y + one.height))
  return { page: first.page, x, y, width: right - x, height: bottom - y }
}

const drawnFor = (fields: readonly Field[], recipient: Pick<Recipient, 'id'>): Field[] =>
  fields.filter(({ recipientId }) => recipientId === recipient.id)

/** Where each of those who act signs in a received file. */
export function wantedPlaces(received: Received, recipients: readonly Recipient[], fields: readonly Field[]): WantedPlace[] {
  const names = signerNames(recipients)
  return recipients.filter(acts).map((recipient) => {
    const box = enclosing(drawnFor(fields, recipient))
    const signer = names.get(recipient.id)!
    if (!box || box === 'apart') return { signer, field: null, box: null }
    return { signer, field: emptyFieldAt(received, box)?.name ?? null, box }
  })
}

export interface PlaceProblem {
  readonly reason: string
  readonly name: string
}

/** What of the fields placed on a received file cannot become one signature each. */
export function placeProblems(received: Received, recipients: readonly Recipient[], fields: readonly Field[]): PlaceProblem[] {
  const problems: PlaceProblem[] = []
  const taken: Placed[] = []
  for (const recipient of recipients.filter(acts)) {
    const own = drawnFor(fields, recipient)
    const box = enclosing(own)
    const found = (reason: string): void => void problems.push({ reason, name: nameOrRole(recipient) })
    if (!box) continue
    if (box === 'apart') found('dispatch.signed-one-page')
    else if (received.certified && !emptyFieldAt(received, box)) found('dispatch.signed-certified')
    else if (taken.some((other) => overlap(other, box))) found('dispatch.signed-overlap')
    if (box !== 'apart') taken.push(box)
  }
  return problems
}

/** Whether a signature can be placed on it at all; else everybody signs invisibly. */
export const hasRoom = (received: Pick<Received, 'certified' | 'emptyFields'> | null): boolean =>
  !received?.certified || received.emptyFields.length > 0

/** What a certified file takes: what lies in one of its own empty fields. */
export const isInEmptyField = ({ emptyFields }: Pick<Received, 'emptyFields'>, box: Placed): boolean =>
  emptyFields.some(
    (empty) =>
      empty.page === box.page &&
      box.x >= empty.x - NEAR &&
      box.y >= empty.y - NEAR &&
      box.x + box.width <= empty.x + empty.width + NEAR &&
      box.y + box.height <= empty.y + empty.height + NEAR,
  )

const overlap = (a: Placed, b: Placed): boolean =>
  a.page === b.page && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
