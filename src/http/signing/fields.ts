import type { Ceremony } from '../../ceremony/ceremony.ts'
import { nameBoxes } from '../../ceremony/box-names.ts'
import { type FillableField, fieldsToFill, fill, isMark, MARK_KINDS, type MarkKind, missingOf } from '../../ceremony/filling.ts'
import { liveRules } from '../../ceremony/live.ts'
import { HANDS, marksOf, stampsFor } from '../../ceremony/marks.ts'
import { makePreview } from '../../ceremony/preview.ts'
import { Refusal } from '../../base/refusal.ts'
import { attachmentsOf } from '../../envelope/attachments.ts'
import { FieldRefusal } from '../../envelope/fields.ts'
import { nameOf } from '../../envelope/telling.ts'
import { words } from '../../view/words.ts'
import { createApp, type Ctx, wantsJson } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { frameOf, shownDocuments } from './frame.ts'
import { placesOf } from './places.ts'
import { asRecipient, goOn, recipientAct } from './recipient.ts'

/** What the sheet of one kind of mark offers. */
export interface SheetView {
  readonly kind: MarkKind
  readonly text: string
  readonly hands: readonly string[]
  readonly stamps: readonly { readonly id: string; readonly name: string }[]
  /** The address of the picture that is used now. */
  readonly picture: string | null
}

export const signingFields = createApp()
  .get(
    '/s/:id/fields',
    asRecipient(['filling'], async (c, ceremony) => c.html(await page(c, ceremony, null))),
  )
  // Saved while somebody types, by a whole form, and on the way to the preview.
  .post(
    '/s/:id/entries',
    asRecipient(['filling'], async (c, ceremony) => {
      const body = await c.req.parseBody()
      const act = recipientAct(c, ceremony)
      try {
        await fill(c.var.house.db, act, ceremony, entriesOf(body))
        if (wantsJson(c)) return c.json({ saved: true })
        if (body['then'] !== 'preview') return goOn(c, ceremony, '/fields')
        await makePreview(c.var.house, act, ceremony)
        return goOn(c, ceremony, '/preview')
      } catch (error) {
        if (error instanceof FieldRefusal && wantsJson(c)) {
          const message = refusalSentence(c.var.lang, error)
          return c.json({ code: error.reason, message, fields: { [error.fieldId]: message } }, 422)
        }
        if (wantsJson(c) || !(error instanceof Refusal)) throw error
        return c.html(await page(c, ceremony, { error, typed: entriesOf(body) }), refusalStatus(error))
      }
    }),
  )

async function page(
  c: Ctx,
  ceremony: Ceremony,
  refused: { readonly error: Refusal; readonly typed: Readonly<Record<string, string>> } | null,
): Promise<string> {
  const { db } = c.var.house
  const asked = (await fieldsToFill(db, ceremony, c.var.act.at)).filter(({ readOnly, kind }) => !readOnly || kind === 'checkbox')
  const fields = await nameBoxes(c.var.house, ceremony.documents, asked)
  const missing = missingOf(fields)
  const refusedField = refused?.error instanceof FieldRefusal ? refused.error.fieldId : null
  const asTyped = refusedField ? fields.map((field) => ({ ...field, ...typedAgain(field, refused?.typed ?? {}) })) : fields
  return c.var.render('signing/fields', {
    frame: frameOf(c, ceremony, '/fields'),
    documents: shownDocuments(ceremony, c.var.lang),
    fields: placesOf(asTyped, c.var.lang),
    live: await liveRules(db, ceremony),
    missing: missing.map(({ id }) => id),
    refused: refused && { fieldId: refusedField, message: toldOf(c, refused.error, missing.length) },
    sheets: await sheetsOf(c, ceremony, fields),
    attached: Object.fromEntries((await attachmentsOf(db, ceremony.recipient.id)).map(({ fieldId, fileName }) => [fieldId, fileName])),
    hue: ceremony.recipient.position % 8,
  })
}

/** What was refused stands there again, to be put right. */
function typedAgain({ id, kind, value, typed }: FillableField, all: Readonly<Record<string, string>>): Partial<FillableField> {
  if (isMark(kind) || kind === 'attachment') return {}
  if (kind === 'checkbox' || kind === 'radio') return { value: all[id] ?? value }
  return { typed: all[id] ?? typed }
}

/** What a recipient can do nothing about is told as a delay. */
function toldOf(c: Ctx, error: Refusal, missing: number): string {
  const { fields, preview } = words(c.var.lang).signing
  if (error.reason === 'ceremony.incomplete') return fields.incomplete(missing)
  return error.code === 'unavailable' ? preview.later : refusalSentence(c.var.lang, error)
}

/** One for each kind of mark that is asked. */
export async function sheetsOf(c: Ctx, ceremony: Ceremony, fields: readonly FillableField[]): Promise<SheetView[]> {
  const { db } = c.var.house
  const marks = await marksOf(db, ceremony.recipient.id)
  const kinds = MARK_KINDS.filter((kind) => fields.some((field) => field.kind === kind))
  const stamps = kinds.includes('stamp') ? (await stampsFor(db, ceremony)).map(({ id, name }) => ({ id, name })) : []
  return kinds.map((kind) => {
    const mark = marks[kind]
    return {
      kind,
      text: kind === 'initials' ? initialsOf(nameOf(ceremony.recipient)) : kind === 'signature' ? nameOf(ceremony.recipient) : '',
      hands: kind === 'stamp' ? [] : HANDS,
      stamps: kind === 'stamp' ? stamps : [],
      picture: mark ? `/s/${ceremony.invitation.id}/marks/${mark.id}` : null,
    }
  })
}

const initialsOf = (name: string): string =>
  name
    .split(/[\s-]+/)
    .map((part) => [...part][0] ?? '')
    .join('')
    .toUpperCase()

/** The names of the form's controls are ids of fields; the last of one name counts, so that a box can be unticked. */
const entriesOf = (body: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      if (typeof value !== 'string') return []
      // Of the buttons of one choice a form sends the one that is chosen.
      if (name.startsWith('choice_') && /^fld_\w+$/.test(value)) return [[value, '1']]
      return /^fld_\w+$/.test(name) ? [[name, value]] : []
    }),
  )
