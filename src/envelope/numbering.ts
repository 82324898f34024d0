import type { Instant } from '../base/instant.ts'
import type { Tx } from '../db/open.ts'
import { seriesFor, takeNumber } from '../setting/numbering.ts'
import { type Envelope, listDocuments, listFields } from './envelope.ts'

/**
 * Gives each automatic-number field of an envelope its number, in the transaction that sends it: a series has no gap and no double. What has
 * a number keeps it, so that an envelope that came back to its sender goes out under the same one. All fields of one envelope and one series bear
 * one number; a number that no field asks for any more goes back.
 */
export async function assignNumber(tx: Tx, envelope: Pick<Envelope, 'id' | 'legalEntityId'>, at: Instant): Promise<void> {
  const fields = await numberFields(tx, envelope)
  const wanted = new Map<string, string[]>()
  for (const field of fields) {
    const { id } = await seriesFor(tx, at, envelope.legalEntityId, field.seriesId)
    wanted.set(id, [...(wanted.get(id) ?? []), field.id])
  }
  const held = await tx.selectFrom('issuedNumber').selectAll().where('envelopeId', '=', envelope.id).execute()
  for (const { seriesId, year, number } of held)
    if (!wanted.has(seriesId))
      await tx
        .updateTable('issuedNumber')
        .set({ envelopeId: null })
        .where('seriesId', '=', seriesId)
        .where('year', '=', year)
        .where('number', '=', number)
        .execute()
  for (const [seriesId, ids] of wanted) {
    const known = held.find((one) => one.seriesId === seriesId)?.value
    const value = known ?? (await takeNumber(tx, at, await seriesFor(tx, at, envelope.legalEntityId, seriesId), envelope.id))
    await tx.updateTable('field').set({ value }).where('id', 'in', ids).execute()
  }
}

/** A discarded draft gives back what it was given. */
export const releaseNumbers = (tx: Tx, envelope: Pick<Envelope, 'id'>) =>
  tx.updateTable('issuedNumber').set({ envelopeId: null }).where('envelopeId', '=', envelope.id).execute()

async function numberFields(tx: Tx, envelope: Pick<Envelope, 'id'>) {
  const fields = []
  for (const { id } of await listDocuments(tx, envelope.id))
    fields.push(...(await listFields(tx, id)).filter(({ kind }) => kind === 'number'))
  return fields
}
