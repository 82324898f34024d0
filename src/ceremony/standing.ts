import type { Db } from '../db/open.ts'
import { rulesOf } from '../field/rules.ts'
import { type FieldState, type RuledField, statesOf } from '../field/state.ts'
import { type Field, listFields, listRecipients, type Recipient } from '../envelope/envelope.ts'
import { defaultValue } from '../envelope/fields.ts'
import { isPrefilled } from '../envelope/naming.ts'
import { type Party, partyOf } from '../envelope/party.ts'

/** Every field of the documents, with what was entered and how it stands for one recipient now. */
export interface Standing {
  readonly fields: readonly (Field & { readonly ruled: RuledField })[]
  readonly party: Party
  /** As it is stored, whether it is shown or not. */
  entered(id: string): string
  state(id: string): FieldState
  /** The same with these values in place of what was entered. */
  with(values: ReadonlyMap<string, string>): (id: string) => FieldState
}

/** From what this recipient has entered so far, and what those before them signed. */
export async function standingOf(db: Db, recipient: Recipient, documents: readonly { readonly id: string }[]): Promise<Standing> {
  const fields = []
  for (const { id } of documents) for (const field of await listFields(db, id)) fields.push({ ...field, ruled: ruledOf(field) })
  const recipients = await listRecipients(db, recipient.envelopeId)
  const known = recipients.filter(({ id, status }) => id === recipient.id || status === 'signed')
  const rows = await db
    .selectFrom('fieldEntry')
    .select(['fieldId', 'value'])
    .where('recipientId', 'in', [recipient.id, ...known.map(({ id }) => id)])
    .execute()
  const entries = new Map(rows.map(({ fieldId, value }) => [fieldId, value]))
  const parties = new Map<string, Party>()
  for (const one of recipients)
    if (one.id === recipient.id || fields.some(({ kind, recipientId }) => kind === 'contact' && recipientId === one.id))
      parties.set(one.id, await partyOf(db, one))
  const values = new Map(
    fields.map((field) => {
      const whose = known.find(({ id }) => id === field.recipientId)
      const value = isPrefilled(field)
        ? startingValue(field, recipients.find(({ id }) => id === field.recipientId) ?? null, parties)
        : whose
          ? (entries.get(field.id) ?? startingValue(field, whose, parties))
          : ''
      return [field.id, value]
    }),
  )
  const entered = (id: string): string => values.get(id) ?? ''
  const ruled = fields.map((field) => field.ruled)
  const statesWith = (changed: ReadonlyMap<string, string>): ((id: string) => FieldState) => {
    const states = statesOf(ruled, (id) => changed.get(id) ?? entered(id), recipient.language)
    return (id) => states.get(id)!
  }
  return { fields, party: parties.get(recipient.id) ?? {}, entered, state: statesWith(new Map()), with: statesWith }
}

export const ruledOf = (field: Field): RuledField => {
  const { id, documentId, recipientId, kind, label, required } = field
  return { id, documentId, recipientId, kind, label, required: required === 1, rules: rulesOf(field) }
}

function startingValue(field: Field, recipient: Recipient | null, parties: ReadonlyMap<string, Party>): string {
  if (['signature', 'initials', 'stamp', 'attachment', 'calculation'].includes(field.kind)) return ''
  if (field.kind === 'checkbox' || field.kind === 'radio') return /^(1|true|yes|on)$/i.test(field.value) ? '1' : ''
  if (field.kind === 'drop-down') return rulesOf(field).options?.includes(field.value) ? field.value : ''
  if (!recipient) return field.value
  return defaultValue(field, recipient, parties.get(recipient.id) ?? {})
}
