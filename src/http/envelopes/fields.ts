import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import { faultsOf } from '../../envelope/design-check.ts'
import { findDraft } from '../../envelope/drafting.ts'
import { type Envelope, listDocuments, listRecipients } from '../../envelope/envelope.ts'
import { FieldRefusal, fieldsOf, pagesOf, type PlacedField, placeFields, StaleFields } from '../../envelope/fields.ts'
import { acts, FIELD_KINDS } from '../../envelope/naming.ts'
import { NEW_FIELDS, NEW_SIZE } from '../../envelope/new-fields.ts'
import { coversOf } from '../../envelope/found-fields.ts'
import { shownDigest } from '../../envelope/page-images.ts'
import { type Received, receivedIn } from '../../envelope/received.ts'
import { nameOrRole } from '../../envelope/telling.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, STATUS } from '../errors.ts'
import { form } from '../form.ts'
import { line, lines } from '../schemas.ts'
import { flash } from '../server.ts'
import { listSeries, nextNumber } from '../../setting/numbering.ts'
import { words } from '../../view/words.ts'
import { fieldRules } from './field-rules.ts'
import { toldFault } from './told-fault.ts'
import { withStoredValues } from './stored-values.ts'
import type { EditorView } from '../views.ts'

export const HUES = 8

const points = z.number('field.outside').transform((value) => Math.round(value * 100) / 100)
const Placed = z.object({
  id: z.string().max(60),
  documentId: z.string().max(60),
  recipientId: z.string().max(60).nullable(),
  kind: z.enum(FIELD_KINDS),
  page: z.int('field.page-unknown').min(0, 'field.page-unknown'),
  x: points,
  y: points,
  width: points,
  height: points,
  required: z.boolean(),
  readOnly: z.boolean(),
  label: line(200),
  value: lines(2_000),
  fontSize: z.number('field.size'),
  rules: fieldRules,
  origin: z.string().max(200).default(''),
  seriesId: z.string().max(60).nullable().default(null),
})
const Seen = z.object({ version: z.int(), fields: z.array(z.unknown()) })

/** A field that cannot be read is refused by its id, like one that does not fit: the editor marks it. */
async function seenFields(c: Ctx): Promise<{ version: number; fields: PlacedField[] }> {
  const seen = Seen.safeParse(await c.req.json().catch(() => null))
  if (!seen.success) throw new Refusal('invalid', 'request.malformed')
  return {
    version: seen.data.version,
    fields: withStoredValues(seen.data.fields.map(readPlaced), c.var.lang),
  }
}

function readPlaced(field: unknown): PlacedField {
  const read = Placed.safeParse(field)
  if (read.success) return read.data
  const id = z.object({ id: z.string().max(60) }).safeParse(field)
  const { message } = read.error.issues[0]!
  throw new FieldRefusal(/^[a-z-]+\.[a-z-]+$/.test(message) ? message : 'form.invalid', id.success ? id.data.id : '')
}

const toldFaults = async (c: Ctx, envelope: Envelope): Promise<EditorView['faults']> =>
  (await faultsOf(c.var.house.db, envelope)).map(({ fieldId, ...fault }) => ({ fieldId, message: toldFault(c.var.lang, fault) }))

export const PLACES = ['top-left', 'top', 'top-right', 'left', 'middle', 'right', 'bottom-left', 'bottom', 'bottom-right'] as const
const MARGIN = 48

const ByHand = z.union([
  z.object({ remove: z.string().min(1).max(60) }),
  z.object({
    documentId: z.string().max(60),
    kind: z.enum(FIELD_KINDS, 'form.invalid'),
    recipientId: z.string().max(60).default(''),
    page: z
      .string('field.page-unknown')
      .regex(/^\d{1,5}$/, 'field.page-unknown')
      .transform((text) => Number(text) - 1),
    /** Or an empty signature field of a file that arrived signed. */
    place: z.union([z.enum(PLACES), z.string().regex(/^field-\d{1,3}$/)], 'form.invalid'),
  }),
])

export const envelopeFields = createApp()
  .get('/envelopes/:id/fields', signedIn, async (c) => {
    const { db } = c.var.house
    const draft = await findDraft(db, requireUser(c), c.req.param('id'))
    return c.json({ version: draft.version, fields: await fieldsOf(db, draft), faults: await toldFaults(c, draft) })
  })
  .put('/envelopes/:id/fields', signedIn, bodyLimit({ maxSize: 4_000_000 }), async (c) => {
    const { db } = c.var.house
    const id = c.req.param('id')
    try {
      const { version, savedAt } = await placeFields(db, userAct(c), requireUser(c), id, await seenFields(c))
      const saved = await findDraft(db, requireUser(c), id)
      return c.json({ version, savedAt, fields: await fieldsOf(db, saved), faults: await toldFaults(c, saved) })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return c.json(
        {
          code: error.reason,
          message: refusalSentence(c.var.lang, error),
          ...(error instanceof StaleFields ? { version: error.version, fields: error.fields } : {}),
          ...(error instanceof FieldRefusal ? { fieldId: error.fieldId } : {}),
        },
        STATUS[error.code],
      )
    }
  })
  // Without JavaScript: one field more, or one less.
  .post('/envelopes/:id/fields', signedIn, form(ByHand), async (c) => {
    const { db } = c.var.house
    const draft = await findDraft(db, requireUser(c), c.req.param('id'))
    const asked = c.req.valid('form')
    const before = await fieldsOf(db, draft)
    try {
      const fields =
        'remove' in asked ? before.filter(({ id }) => id !== asked.remove) : [...before, await fieldByHand(c, draft, asked, before)]
      await placeFields(db, userAct(c), requireUser(c), draft.id, { version: draft.version, fields })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      flash(c, 'stop', refusalSentence(c.var.lang, error))
    }
    return c.redirect(`/envelopes/${draft.id}/draft#fields`, 303)
  })

async function fieldByHand(
  c: Ctx,
  draft: Envelope,
  { documentId, kind, recipientId, page, place }: Exclude<z.output<typeof ByHand>, { remove: string }>,
  others: readonly PlacedField[],
): Promise<PlacedField> {
  const id = newId('fld')
  const document = (await listDocuments(c.var.house.db, draft.id)).find((one) => one.id === documentId)
  const size = document && pagesOf(document)[page]
  if (!size) throw new FieldRefusal('field.page-unknown', id)
  const { width, height, required } = NEW_FIELDS[kind]
  const plain = {
    id,
    documentId,
    recipientId: kind === 'number' ? null : recipientId || null,
    kind,
    required,
    readOnly: false,
    label: '',
    value: '',
    fontSize: NEW_SIZE,
    rules: {},
  }
  if (place.startsWith('field-')) {
    const empty = receivedIn(document)?.emptyFields[Number(place.slice(6))]
    if (!empty) throw new FieldRefusal('field.page-unknown', id)
    const { name: _, ...box } = empty
    return { ...plain, ...box }
  }
  const x = place.endsWith('left') ? MARGIN : place.endsWith('right') ? size.width - width - MARGIN : (size.width - width) / 2
  const first = place.startsWith('top') ? MARGIN : place.startsWith('bottom') ? size.height - height - MARGIN : (size.height - height) / 2
  // Above what stands there already, or below it where the page begins.
  const step = (height + 6) * (first > size.height / 2 ? -1 : 1)
  const isTaken = (y: number): boolean =>
    others.some(
      (other) =>
        other.documentId === documentId &&
        other.page === page &&
        other.x < x + width &&
        x < other.x + other.width &&
        other.y < y + height &&
        y < other.y + other.height,
    )
  let y = first
  while (isTaken(y) && y + step >= 0 && y + step + height <= size.height) y += step
  return { ...plain, page, x, y, width, height }
}

const receivedPlaces = (received: Received | null): EditorView['documents'][number]['received'] =>
  received && { certified: received.certified, places: received.emptyFields }

/** What `envelopes/draft/_editor` is given. */
export async function editorView(c: Ctx, envelope: Envelope): Promise<EditorView> {
  const { db } = c.var.house
  const documents = await listDocuments(db, envelope.id)
  return {
    envelopeId: envelope.id,
    version: envelope.version,
    documents: await Promise.all(
      documents.map(async (document) => ({
        id: document.id,
        title: document.title,
        pages: pagesOf(document),
        digest: await shownDigest(db, document),
        received: receivedPlaces(receivedIn(document)),
        covers: coversOf(document),
      })),
    ),
    recipients: (await listRecipients(db, envelope.id)).filter(acts).map((recipient, at) => ({
      id: recipient.id,
      name: nameOrRole(recipient),
      role: recipient.role,
      side: recipient.side,
      hue: at % HUES,
      letter: letterOf(at),
      turn: recipient.routingOrder,
    })),
    fields: await fieldsOf(db, envelope),
    series: await Promise.all(
      (await listSeries(db, envelope.legalEntityId)).map(async (series) => ({
        id: series.id,
        name: series.name || words(c.var.lang).console.numbering.unnamed,
        next: await nextNumber(db, series, c.var.act.at),
      })),
    ),
    faults: await toldFaults(c, envelope),
    kinds: NEW_FIELDS,
    newSize: NEW_SIZE,
    places: PLACES,
  }
}

/** A … Z, AA, AB … */
const letterOf = (at: number): string => (at < 26 ? '' : letterOf(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26))
