import { findUser } from '../access/users.ts'
import { mayStamp } from '../access/roles.ts'
import type { RecipientAct } from '../audit/act.ts'
import type { Bytes } from '../base/bytes.ts'
import { utf8 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { MarkRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { HANDWRITING } from '../pdf/fonts.ts'
import { outlineOf } from '../pdf/outline-svg.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { runTask } from '../sandbox/run.ts'
import { findStamp, listStampsFor, mayUseStamp, type Stamp } from '../setting/stamp.ts'
import { putObject, readObject } from '../store/object.ts'
import { type Ceremony, type CeremonyTools, identified } from './ceremony.ts'
import { cutOut } from './cutting-out.ts'
import { enter, fieldsToFill, forgetPreview, type MarkKind } from './filling.ts'
import { drawingOf, type PadKind, usePad } from './phone-pad.ts'

export type Mark = MarkRow
/** Four handwritings, each with typefaces for every script behind it. */
export const HANDS = HANDWRITING
export type Hand = (typeof HANDS)[number]
export const isHand = (text: string): text is Hand => (HANDS as readonly string[]).includes(text)

export type NewMark =
  | { readonly kind: 'signature' | 'initials'; readonly method: 'typed'; readonly text: string; readonly font: Hand }
  | { readonly kind: MarkKind; readonly method: 'drawn'; readonly picture: Bytes }
  | { readonly kind: MarkKind; readonly method: 'uploaded'; readonly picture: Bytes; readonly keepBackground: boolean }
  | { readonly kind: 'stamp'; readonly method: 'library'; readonly stampId: string }
  /** Drawn on a phone: the drawing of that number on a pad of this session. */
  | { readonly kind: PadKind; readonly method: 'phone'; readonly pad: { readonly id: string; readonly drawing: number } }

const LONGEST_TEXT = 80
/** What a typed mark is drawn at, in points. */
const TYPED_SIZE = 48

/** Becomes the mark of all the recipient's fields of its kind, in place of an earlier one. */
export async function addMark(tools: CeremonyTools, act: RecipientAct, ceremony: Ceremony, mark: NewMark): Promise<Mark> {
  const { db } = tools
  if (!ceremony.session?.verifiedAt) throw new Refusal('forbidden', 'ceremony.not-identified')
  const fields = (await fieldsToFill(db, ceremony, act.at)).filter(({ kind }) => kind === mark.kind)
  if (!fields.length) throw new Refusal('invalid', 'mark.not-asked')
  const picture = await pictureOf(tools, ceremony, mark)
  const row: Mark = {
    id: newId('mrk'),
    recipientId: ceremony.recipient.id,
    kind: mark.kind,
    method: mark.method === 'phone' ? 'drawn' : mark.method,
    createdAt: act.at,
    ...picture,
  }
  await db.transaction().execute(async (tx) => {
    await actingRecipient(tx, act, ceremony.recipient.id)
    await identified(tx, act.at, ceremony)
    if (mark.method === 'phone') await usePad(tx, act.at, mark.pad)
    await tx.insertInto('mark').values(row).execute()
    for (const { id } of fields) await enter(tx, act.at, ceremony.recipient.id, id, row.id)
    await forgetPreview(tx, ceremony.recipient.id)
  })
  return row
}

type Drawn = Pick<Mark, 'source' | 'objectDigest' | 'width' | 'height'>

async function pictureOf(tools: CeremonyTools, ceremony: Ceremony, mark: NewMark): Promise<Drawn> {
  const { db, config } = tools
  if (mark.method === 'typed') {
    const text = mark.text
      .toWellFormed()
      .normalize('NFC')
      .replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, ' ')
      .trim()
    if (!text) throw new Refusal('invalid', 'mark.text-missing')
    const strange = fontSet().undrawable(mark.font, text)
    if (strange.length) throw new Refusal('invalid', 'mark.undrawable', { characters: strange.join(' ') })
    const { svg, width, height } = typedPicture(text, mark.font)
    const { digest } = await putObject(db, utf8(svg))
    return { source: JSON.stringify({ text: cut(text), font: mark.font }), objectDigest: digest, width, height }
  }
  if (mark.method === 'library') {
    const stamp = (await stampsFor(db, ceremony)).find(({ id }) => id === mark.stampId)
    if (!stamp) throw new Refusal('forbidden', 'stamp.not-allowed')
    const { objectDigest } = await findStamp(db, stamp.id)
    const { width, height } = await runTask(config, 'mark', { picture: await readObject(db, objectDigest), keepBackground: true })
    return { source: JSON.stringify({ stamp: stamp.id, name: stamp.name }), objectDigest, width, height }
  }
  if (mark.method === 'phone') {
    const digest = await drawingOf(db, ceremony, mark.pad)
    const { width, height } = await runTask(config, 'mark', { picture: await readObject(db, digest), keepBackground: true })
    return { source: JSON.stringify({ pad: mark.pad.id }), objectDigest: digest, width, height }
  }
  const { png, width, height } = await cutOut(config, mark)
  const { digest } = await putObject(db, png)
  return { source: '{}', objectDigest: digest, width, height }
}

/** What an uploaded picture becomes, before anything is kept of it: the very pixels that a document would bear. */
export async function proofOf(
  { config }: CeremonyTools,
  ceremony: Ceremony,
  upload: { readonly picture: Bytes; readonly keepBackground: boolean },
): Promise<Bytes> {
  if (!ceremony.session?.verifiedAt) throw new Refusal('forbidden', 'ceremony.not-identified')
  return (await cutOut(config, { method: 'uploaded', ...upload })).png
}

const cut = (text: string): string => [...text].slice(0, LONGEST_TEXT).join('')

/** A name in one of the handwritings as outlines: what the page shows is what the document will bear, in every script. */
export function typedPicture(text: string, font: Hand): { svg: string; width: number; height: number } {
  return outlineOf(fontSet(), font, cut(text), TYPED_SIZE)
}

/** Without what no typeface has, for a preview while somebody types; as a mark it is refused. */
export const drawableOf = (text: string, font: Hand): string =>
  fontSet()
    .undrawable(font, text)
    .reduce((rest, strange) => rest.replaceAll(strange, ''), text)

/** The newest of each kind. */
export async function marksOf(db: Db, recipientId: string): Promise<Partial<Record<MarkKind, Mark>>> {
  const rows = await db.selectFrom('mark').selectAll().where('recipientId', '=', recipientId).orderBy('createdAt').orderBy('id').execute()
  const used = new Set(
    (await db.selectFrom('fieldEntry').select('value').where('recipientId', '=', recipientId).execute()).map(({ value }) => value),
  )
  return Object.fromEntries(rows.filter(({ id }) => used.has(id)).map((mark) => [mark.kind, mark]))
}

export function removeMark(db: Db, act: RecipientAct, ceremony: Ceremony, kind: MarkKind): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await actingRecipient(tx, act, ceremony.recipient.id)
    await identified(tx, act.at, ceremony)
    for (const field of await fieldsToFill(tx, ceremony, act.at))
      if (field.kind === kind) await enter(tx, act.at, ceremony.recipient.id, field.id, '')
    await forgetPreview(tx, ceremony.recipient.id)
  })
}

/** A mark of this very recipient. */
export async function markPicture(db: Db, { recipient }: Pick<Ceremony, 'recipient'>, id: string): Promise<{ bytes: Bytes; type: string }> {
  const mark = await db.selectFrom('mark').selectAll().where('id', '=', id).where('recipientId', '=', recipient.id).executeTakeFirst()
  if (!mark) throw new Refusal('not_found', 'mark.unknown')
  return { bytes: await readObject(db, mark.objectDigest), type: mark.method === 'typed' ? 'image/svg+xml' : 'image/png' }
}

/** The company's stamps, for one of its people who has the right to use them; nobody else is shown any. */
export async function stampsFor(db: Db, { recipient, envelope }: Pick<Ceremony, 'recipient' | 'envelope'>): Promise<Stamp[]> {
  if (!recipient.userId || recipient.side !== 'company') return []
  const user = await findUser(db, recipient.userId).catch(() => null)
  return user && !user.disabledAt && mayStamp(user) ? listStampsFor(db, envelope.legalEntityId, user) : []
}

/** The right to a stamp as it is today: taken away since it was chosen, it ends before the signature. */
export async function refuseLostStamp(db: Db, { recipient }: Pick<Ceremony, 'recipient'>): Promise<void> {
  const chosen = (await marksOf(db, recipient.id)).stamp
  if (chosen?.method !== 'library') return
  const { stamp, name } = JSON.parse(chosen.source) as { stamp: string; name: string }
  const user = recipient.userId && recipient.side === 'company' ? await findUser(db, recipient.userId).catch(() => null) : null
  if (!user || user.disabledAt || !mayStamp(user) || !(await mayUseStamp(db, stamp, user)))
    throw new Refusal('forbidden', 'stamp.lost', { name })
}
