import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import type { Tx } from '../db/open.ts'
import { type Envelope, listDocuments, listFields } from './envelope.ts'

const DIGITS = 4

/**
 * Gives each automatic-number field of an envelope its number, in the transaction that sends it: the series has no gap and no double. What has
 * a number keeps it, so that an envelope that came back to its sender goes out under the same one. All fields of one envelope bear one number.
 */
export async function assignNumber(tx: Tx, envelope: Envelope, at: Instant): Promise<string | null> {
  const fields = await numberFields(tx, envelope)
  if (!fields.length) return null
  const known = fields.find(({ value }) => value)?.value
  const value = known ?? (await takeNumber(tx, envelope.legalEntityId, at))
  await tx
    .updateTable('field')
    .set({ value })
    .where(
      'id',
      'in',
      fields.map(({ id }) => id),
    )
    .execute()
  return value
}

/** A discarded draft gives its number back where it was the last one taken. */
export async function releaseNumbers(tx: Tx, envelope: Envelope): Promise<void> {
  const value = (await numberFields(tx, envelope)).find((field) => field.value)?.value
  if (!value) return
  for (const series of await tx.selectFrom('numberingSeries').selectAll().where('legalEntityId', '=', envelope.legalEntityId).execute())
    if (told(series, series.next - 1) === value)
      await tx
        .updateTable('numberingSeries')
        .set({ next: series.next - 1 })
        .where('id', '=', series.id)
        .where('next', '=', series.next)
        .execute()
}

async function numberFields(tx: Tx, envelope: Envelope) {
  const fields = []
  for (const { id } of await listDocuments(tx, envelope.id))
    fields.push(...(await listFields(tx, id)).filter(({ kind }) => kind === 'number'))
  return fields
}

async function takeNumber(tx: Tx, legalEntityId: string, at: Instant): Promise<string> {
  const year = Number(at.slice(0, 4))
  const known = await tx.selectFrom('numberingSeries').selectAll().where('legalEntityId', '=', legalEntityId).executeTakeFirst()
  const series = known ?? { id: newId('num'), legalEntityId, name: '', prefix: '', perYear: 1, year, next: 1, digits: DIGITS }
  if (!known) await tx.insertInto('numberingSeries').values(series).execute()
  const current = series.perYear && series.year !== year ? { ...series, year, next: 1 } : series
  await tx
    .updateTable('numberingSeries')
    .set({ year: current.year, next: current.next + 1 })
    .where('id', '=', series.id)
    .execute()
  return told(current, current.next)
}

const told = (series: { prefix: string; perYear: number; year: number; digits: number }, number: number): string =>
  `${series.prefix}${series.perYear ? `${series.year}-` : ''}${String(number).padStart(series.digits, '0')}`
