import type { RecipientAct } from '../audit/act.ts'
import type { Instant } from '../base/instant.ts'
import type { FieldKind } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { type EntryFault, formatOf, showEntry, typedEntry } from '../field/entry.ts'
import { newPurse } from '../field/pattern.ts'
import type { Rules } from '../field/rules.ts'
import type { Recipient } from '../envelope/envelope.ts'
import { FieldRefusal } from '../envelope/fields.ts'
import { isLong, isPrefilled } from '../envelope/naming.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { formatsFor } from '../view/formats.ts'
import { accepted } from './accepting.ts'
import { type Ceremony, identified } from './ceremony.ts'
import { type Standing, standingOf } from './standing.ts'

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
  /** The server writes it: the day of signing, the result of a calculation. */
  readonly auto: boolean
  /** Otherwise a condition hides it: it is not asked, and nothing of it is drawn. */
  readonly shown: boolean
  /** As it is stored; `1` or nothing for a box; a mark's or an attachment's id. Empty where it is hidden. */
  readonly value: string
  /** As it stands in the control, in the recipient's language, also where it is hidden. */
  readonly typed: string
  /** Why a calculation has no result. */
  readonly fault: EntryFault | null
  readonly fontSize: number
  readonly multiline: boolean
  readonly rules: Rules
}

export const MARK_KINDS = ['signature', 'initials', 'stamp'] as const
export type MarkKind = (typeof MARK_KINDS)[number]
export const isMark = (kind: FieldKind): kind is MarkKind => (MARK_KINDS as readonly string[]).includes(kind)

/** In reading order, document after document: what was filled in, else what is known of the recipient. */
export const fieldsToFill = async (db: Db, ceremony: Filler, at: Instant): Promise<FillableField[]> =>
  fillableIn(await standingOf(db, ceremony.recipient, ceremony.documents), ceremony.recipient, at)

export type Filler = Pick<Ceremony, 'recipient'> & { readonly documents: readonly { readonly id: string }[] }

export function fillableIn({ fields, entered, state }: Standing, recipient: Recipient, at: Instant): FillableField[] {
  return fields
    .filter((field) => field.recipientId === recipient.id && !isPrefilled(field))
    .map(({ ruled, ...field }) => {
      const { documentId, kind, page, x, y, width, height, label, fontSize } = field
      const { shown, required, value, fault } = state(field.id)
      const signed = kind === 'date-signed' ? formatsFor(recipient.language).date(at) : value
      const format = formatOf(ruled)
      return {
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
        rules: ruled.rules,
        required: shown && (required || (kind === 'signature' && recipient.role === 'signer')),
        readOnly: field.readOnly === 1 && !isMark(kind) && kind !== 'attachment' && kind !== 'radio',
        auto: kind === 'date-signed' || kind === 'calculation',
        shown,
        value: shown ? signed : '',
        typed:
          kind === 'calculation' ? showEntry(format, value, recipient.language) : typedEntry(format, entered(field.id), recipient.language),
        fault,
      }
    })
}

/** Of the buttons of one choice the first one stands for all. */
export function missingOf(fields: readonly FillableField[]): FillableField[] {
  const shown = fields.filter((field) => field.shown)
  const choices = Map.groupBy(
    shown.filter(({ kind }) => kind === 'radio'),
    choiceOf,
  )
  return shown.filter((field) => {
    if (field.auto) return field.fault !== null
    const choice = field.kind === 'radio' ? choices.get(choiceOf(field))! : [field]
    return choice[0] === field && choice.some(({ required }) => required) && !choice.some(({ value }) => value)
  })
}

/** Buttons with the same one are one choice. */
export const choiceOf = ({ id, documentId, rules }: Pick<FillableField, 'id' | 'documentId' | 'rules'>): string =>
  rules.group ? `${documentId} ${rules.group}` : id

/**
 * Keeps what was entered so far, right or refused by field; what is not named stays as it is. What its conditions hide with these very
 * entries is neither judged nor kept.
 */
export function fill(db: Db, act: RecipientAct, ceremony: Ceremony, values: Readonly<Record<string, string>>): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await actingRecipient(tx, act, ceremony.recipient.id)
    await identified(tx, act.at, ceremony)
    const standing = await standingOf(tx, ceremony.recipient, ceremony.documents)
    const all = fillableIn(standing, ceremony.recipient, act.at)
    const fields = new Map(all.map((field) => [field.id, field]))
    const entries = new Map<string, string>()
    const refused = new Map<string, FieldRefusal>()
    const purse = newPurse()
    for (const [id, typed] of Object.entries(values)) {
      const field = fields.get(id)
      if (!field || isMark(field.kind) || field.kind === 'attachment') throw new FieldRefusal('field.unknown', id)
      if (field.auto || field.readOnly) continue
      try {
        enterOne(entries, field, accepted(field, typed, ceremony.recipient.language, purse), all)
      } catch (error) {
        if (!(error instanceof FieldRefusal)) throw error
        refused.set(id, error)
      }
    }
    const state = standing.with(entries)
    for (const [id, refusal] of refused) if (state(id).shown) throw refusal
    for (const [id, value] of entries) if (state(id).shown || !value) await enter(tx, act.at, ceremony.recipient.id, id, value)
    await forgetPreview(tx, ceremony.recipient.id)
  })
}

/** A button that is chosen takes back the others of its choice. */
function enterOne(entries: Map<string, string>, field: FillableField, value: string, all: readonly FillableField[]): void {
  if (field.kind === 'radio' && value)
    for (const other of all) if (other.kind === 'radio' && choiceOf(other) === choiceOf(field)) entries.set(other.id, '')
  entries.set(field.id, value)
}

/** What conditions hide at the end was never filled in: neither the text nor the file behind it goes with the signature. */
export async function forgetHidden(db: Db, ceremony: Filler, at: Instant): Promise<number> {
  const hidden = (await fieldsToFill(db, ceremony, at)).filter(({ shown }) => !shown)
  if (hidden.length)
    await db
      .deleteFrom('fieldEntry')
      .where('recipientId', '=', ceremony.recipient.id)
      .where(
        'fieldId',
        'in',
        hidden.map(({ id }) => id),
      )
      .execute()
  return hidden.length
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
