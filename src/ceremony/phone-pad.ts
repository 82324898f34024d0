import type { RecipientAct } from '../audit/act.ts'
import { append, sha256 } from '../audit/trail.ts'
import { base64url, type Bytes, equalBytes, randomBytes, utf8 } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { HOUR, type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { PhonePadRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import type { Recipient } from '../envelope/envelope.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { nameOf } from '../envelope/telling.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { putObject, readObject } from '../store/object.ts'
import { type Ceremony, type CeremonyTools, identified, SESSION_IDLE } from './ceremony.ts'
import { cutOut } from './cutting-out.ts'
import { fieldsToFill } from './filling.ts'

export type PhonePad = PhonePadRow
export const PAD_LIFE = 10 * MINUTE
const PADS_AN_HOUR = 20
const DRAWINGS = 30

export const PAD_KINDS = ['signature', 'initials'] as const
export type PadKind = (typeof PAD_KINDS)[number]

const hashOf = (secret: string): Digest => digestOf(sha256(utf8(secret)))

/**
 * A way from this ceremony to a phone, for one kind of mark: its address holds a secret of 256 bits of which the hash alone is kept. It works for
 * ten minutes, on the first phone that opens it, and ends with the next one, with the mark that is made of it, and with the session.
 */
export async function offerPad(
  tools: CeremonyTools,
  act: RecipientAct,
  ceremony: Ceremony,
  kind: PadKind,
): Promise<{ id: string; url: string }> {
  const { db, config } = tools
  const { public: origin } = originsOf(config, await readSetting(db, 'installation'))
  const secret = base64url(randomBytes(32))
  const id = newId('pad')
  await db.transaction().execute(async (tx) => {
    const { recipient, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    const session = await identified(tx, act.at, ceremony)
    if (!(await fieldsToFill(tx, ceremony, act.at)).some((field) => field.kind === kind)) throw new Refusal('invalid', 'mark.not-asked')
    const recent = await tx
      .selectFrom('phonePad')
      .select('id')
      .where('recipientId', '=', recipient.id)
      .where('createdAt', '>', later(act.at, -HOUR))
      .execute()
    if (recent.length >= PADS_AN_HOUR) throw new Refusal('rate_limited', 'phone-pad.too-many')
    await tx.updateTable('phonePad').set({ endedAt: act.at }).where('recipientId', '=', recipient.id).where('endedAt', 'is', null).execute()
    const pad: PhonePad = {
      id,
      sessionId: session.id,
      recipientId: recipient.id,
      kind,
      secretHash: hashOf(secret),
      deviceHash: null,
      objectDigest: null,
      sent: 0,
      createdAt: act.at,
      expiresAt: later(act.at, PAD_LIFE),
      openedAt: null,
      sentAt: null,
      endedAt: null,
    }
    await tx.insertInto('phonePad').values(pad).execute()
    await append(tx, act, {
      type: 'ceremony.phone-asked',
      envelopeId: envelope.id,
      detail: { recipient: recipient.id, pad: id, kind },
      clear: { name: nameOf(recipient) },
    })
  })
  return { id, url: `${origin}/s/${id}.${secret}` }
}

export interface HeldPad {
  readonly id: string
  readonly secret: string | undefined
  /** What the phone was given when it opened the pad. */
  readonly device: string | undefined
}

/** What a phone sees: whose mark it draws, and nothing of any document. */
export interface OpenPad {
  readonly pad: PhonePad
  readonly recipient: Recipient
}

/**
 * The pad that this phone may draw on. Null alike for what is forged, unknown, late, replaced, used, taken by another phone, or left without the
 * session that it belongs to. Changes nothing.
 */
export async function findPad(db: Db, at: Instant, held: HeldPad): Promise<OpenPad | null> {
  if (!/^pad_[0-9a-z]{20}$/.test(held.id)) return null
  const pad = await db.selectFrom('phonePad').selectAll().where('id', '=', held.id).executeTakeFirst()
  if (!isSame(held.secret, pad?.secretHash ?? hashOf('')) || !pad || pad.endedAt !== null || pad.expiresAt <= at) return null
  if (pad.deviceHash !== null && !isSame(held.device, pad.deviceHash)) return null
  const session = await db
    .selectFrom('ceremonySession')
    .select('lastSeenAt')
    .where('id', '=', pad.sessionId)
    .where('endedAt', 'is', null)
    .where('verifiedAt', 'is not', null)
    .executeTakeFirst()
  if (!session || at >= later(session.lastSeenAt, SESSION_IDLE)) return null
  try {
    return { pad, recipient: (await actingRecipient(db, { at }, pad.recipientId)).recipient }
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

const isSame = (secret: string | undefined, hash: Digest): boolean => equalBytes(utf8(hashOf(secret ?? '')), utf8(hash))

/** A person has the pad before them: from here on it is this phone's. Of two at once one gets it; the other sees it as over. */
export async function openPad({ db }: Pick<CeremonyTools, 'db'>, act: RecipientAct, held: HeldPad): Promise<{ device: string | null }> {
  const device = base64url(randomBytes(32))
  return db.transaction().execute(async (tx) => {
    const { pad, recipient } = await heldPad(tx, act.at, held)
    if (pad.deviceHash !== null) return { device: null }
    const { numUpdatedRows } = await tx
      .updateTable('phonePad')
      .set({ deviceHash: hashOf(device), openedAt: act.at })
      .where('id', '=', pad.id)
      .where('deviceHash', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw over()
    await append(tx, act, {
      type: 'ceremony.phone-opened',
      envelopeId: recipient.envelopeId,
      detail: { recipient: recipient.id, pad: pad.id },
      clear: { name: nameOf(recipient) },
    })
    return { device }
  })
}

/** What was drawn, in place of what was drawn before on this pad. The ceremony on the computer shows it and uses it, or not. */
export async function drawOnPad(tools: CeremonyTools, act: RecipientAct, held: HeldPad, picture: Bytes): Promise<void> {
  const { db, config } = tools
  const found = await findPad(db, act.at, held)
  if (!found || found.pad.deviceHash === null) throw over()
  const { png } = await cutOut(config, { method: 'drawn', picture })
  const { digest } = await putObject(db, png)
  await db.transaction().execute(async (tx) => {
    const { pad, recipient } = await heldPad(tx, act.at, held)
    if (pad.sent >= DRAWINGS) throw new Refusal('rate_limited', 'phone-pad.too-many')
    const { numUpdatedRows } = await tx
      .updateTable('phonePad')
      .set({ objectDigest: digest, sent: pad.sent + 1, sentAt: act.at })
      .where('id', '=', pad.id)
      .where('sent', '=', pad.sent)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw over()
    await tx.updateTable('ceremonySession').set({ lastSeenAt: act.at }).where('id', '=', pad.sessionId).execute()
    await append(tx, act, {
      type: 'ceremony.phone-drawn',
      envelopeId: recipient.envelopeId,
      detail: { recipient: recipient.id, pad: pad.id, digest },
      clear: { name: nameOf(recipient) },
    })
  })
}

async function heldPad(tx: Tx, at: Instant, held: HeldPad): Promise<OpenPad> {
  const found = await findPad(tx, at, held)
  if (!found) throw over()
  return found
}

const over = (): Refusal => new Refusal('gone', 'phone-pad.over')

/** How far it has come, for the ceremony that asked for it. */
export interface PadProgress {
  readonly state: 'waiting' | 'opened' | 'drawn' | 'over'
  /** Another number is another drawing. */
  readonly drawing: number
}

export async function padProgress(db: Db, at: Instant, ceremony: Ceremony, id: string): Promise<PadProgress> {
  const pad = await ownPad(db, ceremony, id)
  const isOver = pad.endedAt !== null || (pad.expiresAt <= at && !pad.objectDigest)
  return { state: isOver ? 'over' : pad.objectDigest ? 'drawn' : pad.openedAt ? 'opened' : 'waiting', drawing: pad.sent }
}

export async function padPicture(db: Db, ceremony: Ceremony, id: string): Promise<Bytes> {
  const { objectDigest } = await ownPad(db, ceremony, id)
  if (!objectDigest) throw new Refusal('not_found', 'mark.unknown')
  return readObject(db, objectDigest)
}

/** Of this very session: another browser's pad is as good as unknown. */
async function ownPad(db: Db, { session }: Pick<Ceremony, 'session'>, id: string): Promise<PhonePad> {
  const pad = session?.verifiedAt
    ? await db.selectFrom('phonePad').selectAll().where('id', '=', id).where('sessionId', '=', session.id).executeTakeFirst()
    : undefined
  if (!pad) throw new Refusal('not_found', 'mark.unknown')
  return pad
}

/** The drawing that the computer shows, to be made a mark of. */
export async function drawingOf(db: Db, ceremony: Ceremony, { id, drawing }: { id: string; drawing: number }): Promise<Digest> {
  const pad = await ownPad(db, ceremony, id)
  if (pad.endedAt !== null || !pad.objectDigest) throw new Refusal('conflict', 'phone-pad.over')
  if (pad.sent !== drawing) throw new Refusal('conflict', 'phone-pad.moved-on')
  return pad.objectDigest
}

/** Used once: in the transaction that makes the mark. */
export async function usePad(tx: Tx, at: Instant, { id, drawing }: { id: string; drawing: number }): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('phonePad')
    .set({ endedAt: at })
    .where('id', '=', id)
    .where('sent', '=', drawing)
    .where('endedAt', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'phone-pad.moved-on')
}

/** Nothing is left of them once they can no longer be of use; what became a mark stands there. */
export const sweepPads = (db: Db, before: Instant): Promise<unknown> => db.deleteFrom('phonePad').where('createdAt', '<', before).execute()
