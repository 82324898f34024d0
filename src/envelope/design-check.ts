import type { Db } from '../db/open.ts'
import { type DesignFault, designFaults, type DesignedField } from '../field/design.ts'
import { rulesOf } from '../field/rules.ts'
import { roomFor } from '../pdf/text-size.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { type Envelope, type Field, listDocuments, listFields, listRecipients, type Recipient } from './envelope.ts'
import { isPrefilled } from './naming.ts'
import { partyOf } from './party.ts'
import { isOpenRole, nameOf } from './telling.ts'

export interface EnvelopeFault extends DesignFault {
  readonly field: Pick<Field, 'id' | 'kind' | 'label' | 'page'>
}

/** What of the fields of a draft cannot be meant so, in reading order. Who acts when counts too: it is asked anew whenever it is told. */
export async function faultsOf(db: Db, { id, language }: Pick<Envelope, 'id' | 'language'>): Promise<EnvelopeFault[]> {
  const documents = await listDocuments(db, id)
  const fields = (await Promise.all(documents.map((document) => listFields(db, document.id)))).flat()
  return faultsIn(db, fields, await listRecipients(db, id), language)
}

export async function faultsIn(
  db: Db,
  fields: readonly Field[],
  recipients: readonly Recipient[],
  language: Envelope['language'],
): Promise<EnvelopeFault[]> {
  const turns = new Map(recipients.map(({ id, routingOrder }) => [id, routingOrder]))
  const turnOf = ({ prefilled, recipientId }: DesignedField): number | null => (prefilled ? null : (turns.get(recipientId ?? '') ?? null))
  const faults = [
    ...designFaults(fields.map(designed), turnOf, language),
    ...fields.flatMap(roomless),
    ...(await unknownDetails(db, fields, recipients)),
  ]
  const order = new Map(fields.map((field, at) => [field.id, { field, at }]))
  return faults
    .map((fault) => ({ ...fault, field: order.get(fault.fieldId)!.field }))
    .toSorted((a, b) => order.get(a.fieldId)!.at - order.get(b.fieldId)!.at)
}

const designed = (field: Field): DesignedField => ({
  id: field.id,
  documentId: field.documentId,
  recipientId: field.recipientId,
  kind: field.kind,
  label: field.label,
  required: field.required === 1,
  readOnly: field.readOnly === 1,
  value: field.value,
  prefilled: isPrefilled(field),
  rules: rulesOf(field),
})

/** Whoever chooses from a list cannot make its words shorter. */
function roomless(field: Field): DesignFault[] {
  if (field.kind !== 'drop-down') return []
  const { width, height, fontSize: size } = field
  return (rulesOf(field).options ?? []).flatMap((value): DesignFault[] => {
    const strange = fontSet().undrawable('text', value)
    if (strange.length) return [{ fieldId: field.id, reason: 'entry.undrawable', params: { characters: strange.join(' ') } }]
    const fits = roomFor(fontSet(), { text: value, width, height, size, multiline: false }) === null
    return fits ? [] : [{ fieldId: field.id, reason: 'design.option-no-room', params: { value } }]
  })
}

/** A detail that nobody can fill in must be known. */
async function unknownDetails(db: Db, fields: readonly Field[], recipients: readonly Recipient[]): Promise<DesignFault[]> {
  const faults: DesignFault[] = []
  for (const recipient of recipients) {
    const own = fields.filter(
      (field) => field.kind === 'contact' && field.recipientId === recipient.id && field.required && isPrefilled(field) && !field.value,
    )
    if (!own.length || isOpenRole(recipient)) continue
    const party = await partyOf(db, recipient)
    for (const field of own) {
      const { source } = rulesOf(field)
      if (source && !party[source]) faults.push({ fieldId: field.id, reason: 'design.detail-unknown', params: { name: nameOf(recipient) } })
    }
  }
  return faults
}
