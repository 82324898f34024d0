import type { z } from '@hono/zod-openapi'
import { fromBase64 } from '../../base/bytes.ts'
import { Refusal, RefusalAt } from '../../base/refusal.ts'
import type { ComposedDocument, ComposedField, ComposedRecipient } from '../../envelope/composing.ts'
import type { DraftDetails } from '../../envelope/drafting.ts'
import type { PlacedField } from '../../envelope/fields.ts'
import { NEW_FIELDS, NEW_SIZE } from '../../envelope/new-fields.ts'
import { fileNameOf } from '../../envelope/reading.ts'
import { findUpload } from '../../integration/uploads.ts'
import { requireUser } from '../access.ts'
import type { Ctx } from '../env.ts'
import type * as shapes from './envelope-shapes.ts'
import { plainly, readMoment } from './shapes.ts'

type Given<S extends z.ZodType> = z.output<S>

/** A document of a request: its bytes in base64, or an upload of the last day. */
export async function givenDocument(
  c: Ctx,
  { title = '', fileName, content, upload }: Given<typeof shapes.NewDocument>,
  path: readonly (string | number)[],
): Promise<ComposedDocument> {
  if ((content === undefined) === (upload === undefined))
    throw new RefusalAt(new Refusal('invalid', 'request.both', { one: 'content', other: 'upload' }), path)
  if (content === undefined) {
    const { name, bytes } = await findUpload(c.var.house.db, requireUser(c).id, upload!, c.var.act.at).catch((error: unknown) => {
      throw error instanceof Refusal ? new RefusalAt(error, [...path, 'upload']) : error
    })
    return { file: { name: fileNameOf(fileName ?? name), bytes }, title }
  }
  try {
    return { file: { name: fileNameOf(fileName ?? 'document.pdf'), bytes: fromBase64(content) }, title }
  } catch {
    throw new RefusalAt(new Refusal('invalid', 'upload.base64'), [...path, 'content'])
  }
}

export function givenDetails({ deadline, reminders, ...details }: Given<typeof shapes.ChangedEnvelope>): Partial<DraftDetails> {
  return plainly({
    ...details,
    ...(deadline === undefined ? {} : { deadline: deadline === null ? null : readMoment(deadline) }),
    ...(reminders ? { reminders } : {}),
  }) as Partial<DraftDetails>
}

export const givenRecipient = (
  { key, email = null, phone = null, language, routingOrder, ...details }: Given<typeof shapes.NewRecipient>,
  at: number,
  otherwise: 'en' | 'fr',
): ComposedRecipient => ({
  ...details,
  key: key ?? String(at),
  email,
  phone: phone && phone.replaceAll(' ', ''),
  language: language ?? otherwise,
  routingOrder: routingOrder ?? null,
  contactId: null,
})

type GivenPlace = Pick<
  Given<typeof shapes.PlacedField>,
  'kind' | 'page' | 'x' | 'y' | 'width' | 'height' | 'required' | 'readOnly' | 'label' | 'value' | 'fontSize' | 'rules'
>

const rounded = (points: number): number => Math.round(points * 100) / 100

const givenPlace = (given: GivenPlace): Omit<PlacedField, 'id' | 'documentId' | 'recipientId'> => {
  const usual = NEW_FIELDS[given.kind]
  const { kind, readOnly, label, value } = given
  return {
    kind,
    readOnly,
    label,
    value,
    page: given.page - 1,
    x: rounded(given.x),
    y: rounded(given.y),
    width: rounded(given.width ?? usual.width),
    height: rounded(given.height ?? usual.height),
    required: given.required ?? usual.required,
    fontSize: given.fontSize ?? NEW_SIZE,
    rules: plainly(given.rules ?? {}) as NonNullable<PlacedField['rules']>,
  }
}

export const composedField = ({ document, recipient, ...place }: Given<typeof shapes.ComposedField>): ComposedField => ({
  ...givenPlace(place),
  document,
  recipient: recipient === null ? null : String(recipient),
})

/** Its id is its place in the request where it is a new one, so that a refusal says which it is about. */
export const placedField = ({ id, documentId, recipientId, ...place }: Given<typeof shapes.PlacedField>, at: number): PlacedField => ({
  ...givenPlace(place),
  id: id ?? String(at),
  documentId,
  recipientId,
})
