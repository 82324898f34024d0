import type { User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal, RefusalAt, refusedAt } from '../base/refusal.ts'
import type { Tx } from '../db/open.ts'
import { once } from '../jobs/idempotency.ts'
import { companyDetailsOf, findLegalEntity } from '../setting/legal-entity.ts'
import { usualTurn } from './choosing.ts'
import { contentProblems, deadlineOf, type DispatchTools, letGo } from './dispatch.ts'
import { agreeToRemoval, linkDocuments, storeDocuments, type StoredDocument } from './documents.ts'
import { type DraftDetails, insertBlank, refuseToCreate, refuseUnfitDeadline } from './drafting.ts'
import { type Document, type Envelope, findEnvelope, listRecipients, type Recipient } from './envelope.ts'
import { FieldRefusal, type PlacedField, putFields } from './fields.ts'
import { fieldsOfTags } from './offers.ts'
import type { UploadedFile } from './reading.ts'
import { refuseUnlessSealable } from './readiness.ts'
import { putRecipient, type RecipientDetails } from './recipients.ts'

export interface ComposedDocument {
  readonly file: UploadedFile
  /** Empty: as the file says. */
  readonly title: string
}

/** Turn null: as usual for that side and role. `key` names them in fields. */
export type ComposedRecipient = Omit<RecipientDetails, 'userId' | 'routingOrder'> & {
  readonly key: string
  readonly routingOrder: number | null
}

/** A field by the place of its document in the list, and by the key of its recipient; null: nobody's. */
export type ComposedField = Omit<PlacedField, 'id' | 'documentId' | 'recipientId'> & {
  readonly document: number
  readonly recipient: string | null
}

export interface Composition {
  readonly details: Partial<DraftDetails>
  readonly documents: readonly ComposedDocument[]
  readonly recipients: readonly ComposedRecipient[]
  readonly fields: readonly ComposedField[]
  /** Fields are made of the text tags in the documents. */
  readonly takesTags: boolean
  /** What acts in the files is removed: the sender agrees beforehand. */
  readonly agreesToRemoval: boolean
  readonly sends: boolean
}

/**
 * An envelope with everything in it, and let go where that is wished: one transaction, so that nothing of it stands where anything is refused. `key`:
 * the same one makes one envelope, whoever asks how often. Answers its id.
 */
export async function composeEnvelope(
  tools: DispatchTools,
  act: UserAct,
  user: User,
  composition: Composition,
  key?: string,
): Promise<string> {
  const { db } = tools
  const { details, recipients } = composition
  refuseToCreate(user)
  if (details.deadline) await refusedAt(['deadline'], async () => refuseUnfitDeadline(details.deadline!, act.at))
  const keys = recipients.map((one) => one.key)
  for (const [at, one] of keys.entries())
    if (keys.indexOf(one) !== at)
      throw new RefusalAt(new Refusal('invalid', 'recipient.key-twice', { key: one }), ['recipients', at, 'key'])
  if (composition.sends) await refuseUnlessSealable(tools, act.at, deadlineOf({ deadline: details.deadline ?? null }, act.at))
  const stored: StoredDocument[] = []
  for (const [at, { file, title }] of composition.documents.entries()) {
    const [read] = await refusedAt(['documents', at], () => storeDocuments(tools, act, { files: [file] }, at))
    stored.push(title ? { ...read!, title } : read!)
  }
  const id = await db.transaction().execute((tx) =>
    once(tx, act.at, `compose ${act.actor.id}`, key, async () => {
      const { reminders, ...own } = details
      if (own.legalEntityId) await refusedAt(['legalEntityId'], () => findLegalEntity(tx, own.legalEntityId!))
      const { envelope } = await insertBlank(tx, act, user, own.language ?? user.language, {
        ...own,
        ...(reminders ? { reminders: JSON.stringify(reminders) } : {}),
      })
      await append(tx, act, { type: 'envelope.drafted', envelopeId: envelope.id })
      await fill(tx, act, user, envelope, composition, stored)
      if (composition.sends) await send(tx, act, await findEnvelope(tx, envelope.id))
      return envelope.id
    }),
  )
  if (composition.sends) tools.wake()
  return id
}

async function fill(
  tx: Tx,
  act: UserAct,
  user: User,
  envelope: Envelope,
  { recipients, fields, takesTags, agreesToRemoval }: Composition,
  stored: readonly StoredDocument[],
): Promise<void> {
  const documents = stored.length ? await linkDocuments(tx, act, envelope, stored) : []
  if (agreesToRemoval) for (const document of documents) await agreeToRemoval(tx, act, document)
  const people = new Map<string, Recipient>()
  for (const [at, recipient] of recipients.entries())
    people.set(recipient.key, await refusedAt(['recipients', at], () => addComposed(tx, user, envelope, recipient)))
  const placed = fields.map((field, at) => placedOf(field, at, documents, people))
  const found = takesTags ? fieldsOfTags(documents, await listRecipients(tx, envelope.id)) : []
  if (!placed.length && !found.length) return
  try {
    await putFields(tx, envelope, [...placed, ...found])
  } catch (error) {
    if (!(error instanceof FieldRefusal) || !error.fieldId.startsWith('new-')) throw error
    throw new RefusalAt(error, ['fields', Number(error.fieldId.slice(4))], { cause: error })
  }
}

/** In the caller's transaction, of a draft of theirs: by the same rules as on its page. */
export async function addComposed(tx: Tx, owner: User, draft: Envelope, { key: _, ...details }: ComposedRecipient): Promise<Recipient> {
  const turn = usualTurn(await listRecipients(tx, draft.id), details)
  const own = details.side === 'company' && !details.company ? await findLegalEntity(tx, draft.legalEntityId) : null
  return putRecipient(
    tx,
    owner,
    draft,
    {
      ...details,
      ...(own ? { company: own.legalName, companyDetails: companyDetailsOf(own) } : {}),
      routingOrder: details.routingOrder ?? turn.order,
      userId: null,
    },
    details.routingOrder === null && turn.opens,
  )
}

function placedOf(
  { document, recipient, ...field }: ComposedField,
  at: number,
  documents: readonly Document[],
  people: ReadonlyMap<string, Recipient>,
): PlacedField {
  const refuse = (reason: string, name: string) => new RefusalAt(new Refusal('invalid', reason), ['fields', at, name])
  const on = documents[document]
  if (!on) throw refuse('field.document-unknown', 'document')
  const whose = recipient === null ? null : people.get(recipient)
  if (whose === undefined) throw refuse('field.recipient-unknown', 'recipient')
  return { ...field, id: `new-${at}`, documentId: on.id, recipientId: whose?.id ?? null }
}

async function send(tx: Tx, act: UserAct, draft: Envelope): Promise<void> {
  const [problem] = await contentProblems(tx, draft, act.at)
  if (problem) throw new Refusal('invalid', problem.reason, problem.params)
  await letGo(tx, act, draft)
}
