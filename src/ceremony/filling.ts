import type { RecipientAct } from '../audit/act.ts'
import { readDay } from '../base/day.ts'
import { readEmailAddress } from '../base/email-address.ts'
import type { Instant } from '../base/instant.ts'
import { readPhoneNumber } from '../base/phone-number.ts'
import type { FieldKind } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Field, listFields } from '../envelope/envelope.ts'
import { defaultValue, FieldRefusal } from '../envelope/fields.ts'
import { isLong, isPrefilled } from '../envelope/naming.ts'
import { type Rules, rulesOf } from '../field/rules.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { roomFor } from '../pdf/text-size.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { formatsFor } from '../view/formats.ts'
import { type Ceremony, identified } from './ceremony.ts'

/** A field of this recipient, as their page lays it over the document. */
export interface FillableField {
  readonly id: string
  readonly documentId: string
  readonly kind: FieldKind
  /** 0-based. */
  readonly page: number
  /** Points from the top left of the page as seen. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly label: string
  readonly required: boolean
  readonly readOnly: boolean
  /** The server writes it at the moment of signing. */
  readonly auto: boolean
  /** Text; `1` or nothing for a box; a mark's or an attachment's id. */
  readonly value: string
  readonly fontSize: number
  readonly multiline: boolean
  readonly rules: Rules
}

export const MARK_KINDS = ['signature', 'initials', 'stamp'] as const
export type MarkKind = (typeof MARK_KINDS)[number]
export const isMark = (kind: FieldKind): kind is MarkKind => (MARK_KINDS as readonly string[]).includes(kind)

const LONGEST = { text: 500, multiline: 4_000 }

/** In reading order, document after document: what was filled in, else what is known of the recipient. */
export async function fieldsToFill(
  db: Db,
  { recipient, documents }: Pick<Ceremony, 'recipient'> & { readonly documents: readonly { readonly id: string }[] },
  at: Instant,
): Promise<FillableField[]> {
  const entries = await db.selectFrom('fieldEntry').select(['fieldId', 'value']).where('recipientId', '=', recipient.id).execute()
  const entered = new Map(entries.map(({ fieldId, value }) => [fieldId, value]))
  const fields: FillableField[] = []
  for (const { id } of documents)
    for (const field of await listFields(db, id)) {
      if (field.recipientId !== recipient.id || isPrefilled(field)) continue
      const auto = field.kind === 'date-signed'
      const { documentId, kind, page, x, y, width, height, label, fontSize } = field
      fields.push({
        id: field.id,
        documentId,
        kind,
        page,
        x,
        y,
        width,
        height,
        label,
        fontSize,
        multiline: isLong(field),
        rules: rulesOf(field),
        required: field.required === 1 || (kind === 'signature' && recipient.role === 'signer'),
        readOnly: field.readOnly === 1 && !isMark(kind) && kind !== 'attachment',
        auto,
        value: auto ? formatsFor(recipient.language).date(at) : (entered.get(field.id) ?? startingValue(field, recipient)),
      })
    }
  return fields
}

const startingValue = (field: Field, recipient: Ceremony['recipient']): string => {
  if (isMark(field.kind) || field.kind === 'attachment') return ''
  if (field.kind === 'checkbox') return /^(1|true|yes|on)$/i.test(field.value) ? '1' : ''
  return defaultValue(field, recipient)
}

export const missingOf = (fields: readonly FillableField[]): FillableField[] =>
  fields.filter(({ required, auto, value }) => required && !auto && !value)

/** Keeps what was entered so far, right or refused by field; what is not named stays as it is. */
export function fill(db: Db, act: RecipientAct, ceremony: Ceremony, values: Readonly<Record<string, string>>): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await actingRecipient(tx, act, ceremony.recipient.id)
    await identified(tx, act.at, ceremony)
    const fields = new Map((await fieldsToFill(tx, ceremony, act.at)).map((field) => [field.id, field]))
    for (const [id, typed] of Object.entries(values)) {
      const field = fields.get(id)
      if (!field || isMark(field.kind) || field.kind === 'attachment') throw new FieldRefusal('field.unknown', id)
      if (field.auto || field.readOnly) continue
      await enter(tx, act.at, ceremony.recipient.id, id, accepted(field, typed))
    }
    await forgetPreview(tx, ceremony.recipient.id)
  })
}

/** The value as it is kept; empty is always taken, for a page that is left half way. */
function accepted(field: FillableField, typed: string): string {
  const value = cleaned(field, typed)
  if (!value || field.kind === 'checkbox' || field.kind === 'date') return value
  const { id, width, height, fontSize: size, multiline } = field
  const strange = fontSet().undrawable('text', value)
  if (strange.length) throw new FieldRefusal('entry.undrawable', id, { characters: strange.join(' ') })
  const count = roomFor(fontSet(), { text: value, width, height, size, multiline })
  // Where not one character has room nobody could ever fill it in: it is set as small as it must be.
  if (count) throw new FieldRefusal('entry.no-room', id, { count })
  return value
}

function cleaned({ id, kind, multiline }: FillableField, typed: string): string {
  const text = typed
    .toWellFormed()
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .replace(multiline ? /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu : /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, multiline ? '' : ' ')
    .trim()
  if (kind === 'checkbox') return text ? '1' : ''
  if (!text) return ''
  if (text.length > (multiline ? LONGEST.multiline : LONGEST.text)) throw new FieldRefusal('entry.too-long', id)
  if (kind === 'email') return required(readEmailAddress(text), 'entry.email', id)
  if (kind === 'phone') return required(readPhoneNumber(text), 'entry.phone', id)
  if (kind === 'date') return required(readDay(text), 'entry.date', id)
  return text
}

function required(value: string | null, reason: string, id: string): string {
  if (value === null) throw new FieldRefusal(reason, id)
  return value
}

export async function enter(tx: Tx, at: Instant, recipientId: string, fieldId: string, value: string): Promise<void> {
  await tx
    .insertInto('fieldEntry')
    .values({ fieldId, recipientId, value, updatedAt: at })
    .onConflict((conflict) => conflict.column('fieldId').doUpdateSet({ value, updatedAt: at }))
    .execute()
}

/** What was shown is no longer what would be signed. */
export async function forgetPreview(tx: Tx, recipientId: string): Promise<void> {
  await tx.deleteFrom('frozenRevision').where('recipientId', '=', recipientId).execute()
}
