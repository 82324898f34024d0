import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Field, Recipient } from '../envelope/envelope.ts'
import { defaultValue, type ShownPage } from '../envelope/fields.ts'
import { formatOf, showEntry } from '../field/entry.ts'
import { rulesOf } from '../field/rules.ts'
import { isLong, isPrefilled, type NamedField } from '../envelope/naming.ts'
import type { Party } from '../envelope/party.ts'
import { pictureOf } from '../envelope/preparation.ts'
import { captioned, composed, dotForm, pictureForm, textForm, tickForm, turned, typedForm } from '../pdf/appearance.ts'
import type { Filled } from '../pdf/append.ts'
import type { Style } from '../pdf/fonts.ts'
import type { Form } from '../pdf/form.ts'
import type { Head } from '../pdf/head.ts'
import type { ReceivedPlace } from '../pdf/received-head.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { formatsFor } from '../view/formats.ts'
import type { Ceremony, CeremonyTools } from './ceremony.ts'
import { type FillableField, isMark, type MarkKind } from './filling.ts'
import { type Hand, type Mark, marksOf, stampsFor } from './marks.ts'

export type MarkForms = Partial<Record<MarkKind, (width: number, height: number) => Form>>

export async function markForms(tools: CeremonyTools, ceremony: Ceremony): Promise<MarkForms> {
  const stamps = await stampsFor(tools.db, ceremony)
  const forms: MarkForms = {}
  for (const [kind, mark] of Object.entries(await marksOf(tools.db, ceremony.recipient.id)) as [MarkKind, Mark][]) {
    if (mark.method === 'typed') {
      const { text, font } = JSON.parse(mark.source) as { text: string; font: Hand }
      forms[kind] = (width, height) => typedForm(fontSet(), font as Style, text, width, height)
      continue
    }
    // The right to a company's stamp is asked again when it is set, not only when it was chosen.
    if (mark.method === 'library' && !stamps.some(({ id }) => id === (JSON.parse(mark.source) as { stamp: string }).stamp))
      throw new Refusal('forbidden', 'stamp.not-allowed')
    const picture = await pictureOf(tools, mark.objectDigest)
    forms[kind] = (width, height) => pictureForm(picture, width, height, kind)
  }
  return forms
}

export interface Drawing {
  readonly recipient: Recipient
  readonly party: Party
  readonly marks: MarkForms
  /** Under a signature. */
  readonly caption: string
  readonly timeZone: string
  readonly at: Instant
}

type Drawable = Pick<FillableField, 'kind' | 'value' | 'fontSize' | 'multiline' | 'rules'>

/** What a field shows once it is filled in, upright; null: nothing. */
function formOf(field: Drawable, { recipient, marks, caption, timeZone, at }: Drawing, width: number, height: number): Form | null {
  if (field.kind === 'checkbox') return field.value ? tickForm(width, height) : null
  if (field.kind === 'radio') return field.value ? dotForm(width, height) : null
  if (isMark(field.kind)) {
    const drawn = marks[field.kind]?.(width, height)
    return drawn ? (field.kind === 'signature' ? captioned(fontSet(), drawn, caption) : drawn) : null
  }
  if (!field.value) return null
  const text = textOf(field, recipient, timeZone, at)
  return textForm(fontSet(), { text, width, height, size: field.fontSize, multiline: field.multiline })
}

function textOf(field: Drawable, recipient: Recipient, timeZone: string, at: Instant): string {
  if (field.kind === 'date-signed') return formatsFor(recipient.language, timeZone).date(at)
  return showEntry(formatOf(field), field.value, recipient.language)
}

/** In a prepared file each field has a place of its own; a page that is shown lying has its fields lying in the file. */
export function drawnApart(
  { fields: places }: Head,
  signer: string,
  pages: readonly ShownPage[],
  named: readonly NamedField[],
  filledIn: readonly FillableField[],
  drawing: Drawing,
): { appearance: Form | null; filled: Filled[] } {
  const mine = new Map(filledIn.map((field) => [field.id, field]))
  const filled: Filled[] = []
  let appearance: Form | null = null
  for (const { field, name } of named) {
    const own = mine.get(field.id)
    const place = name ? places[name] : undefined
    if (!own?.shown || !name || !place) continue
    if (own.kind === 'checkbox' || own.kind === 'radio') {
      if (own.value) filled.push({ field: name, checked: true })
      continue
    }
    const rotation = pages[own.page]?.rotation ?? 0
    const [width, height] = rotation % 180 ? [place.height, place.width] : [place.width, place.height]
    const upright = formOf(own, drawing, width, height)
    if (!upright) continue
    const form = turned(upright, rotation)
    if (name === `${signer}_sig`) appearance = form
    else
      filled.push({
        field: name,
        ...(isMark(own.kind) ? {} : { value: textOf(own, drawing.recipient, drawing.timeZone, drawing.at) }),
        appearance: form,
      })
  }
  return { appearance, filled }
}

const prefilled = (field: Field, { recipient, party }: Drawing): Drawable => ({
  ...field,
  rules: rulesOf(field),
  multiline: isLong(field),
  value: defaultValue(field, recipient, party),
})

/** In a file that arrived signed everything of a person is seen inside their one signature; null where that is invisible. */
export function drawnTogether(
  place: ReceivedPlace | undefined,
  placed: readonly Field[],
  filledIn: readonly FillableField[],
  drawing: Drawing,
): Form | null {
  const box = place?.box
  if (!box) return null
  const mine = new Map(filledIn.map((field) => [field.id, field]))
  const parts = placed.flatMap((field) => {
    if (mine.get(field.id)?.shown === false) return []
    const own = mine.get(field.id) ?? (isPrefilled(field) ? prefilled(field, drawing) : null)
    const form = own && formOf(own, drawing, field.width, field.height)
    return form ? [{ form, x: field.x - box.x, y: field.y - box.y }] : []
  })
  return turned(composed(parts, box.width, box.height), box.rotation)
}
