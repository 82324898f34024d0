import type { Db } from '../db/open.ts'

/** What recipients filled in, by field: of those who have signed, for until then it is theirs alone. */
export async function enteredBySigners(db: Db, envelopeId: string): Promise<ReadonlyMap<string, string>> {
  const entries = await db
    .selectFrom('fieldEntry')
    .innerJoin('recipient', 'recipient.id', 'fieldEntry.recipientId')
    .select(['fieldEntry.fieldId', 'fieldEntry.value'])
    .where('recipient.envelopeId', '=', envelopeId)
    .where('recipient.status', '=', 'signed')
    .execute()
  return new Map(entries.map(({ fieldId, value }) => [fieldId, value]))
}
