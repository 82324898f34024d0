import { sql } from 'kysely'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { NumberingSeriesRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { findLegalEntity } from './legal-entity.ts'
import { readSetting } from './setting.ts'

/**
 * Numbers of a company's documents. Each is a row of its own, unique by its key; one that comes back (its draft was discarded) is the next to be
 * given, so that a series has neither gap nor double.
 */
export type Series = NumberingSeriesRow

export interface SeriesDetails {
  readonly name: string
  readonly prefix: string
  readonly perYear: boolean
  readonly digits: number
}

export const FEWEST_DIGITS = 1
export const MOST_DIGITS = 10
const LARGEST = 1_000_000_000
const USUAL: SeriesDetails = { name: '', prefix: '', perYear: true, digits: 4 }

/** `F-2026-0042` */
export const toldNumber = (series: Pick<Series, 'prefix' | 'perYear' | 'digits'>, year: number, number: number): string =>
  `${series.prefix}${series.perYear ? `${year}-` : ''}${String(number).padStart(series.digits, '0')}`

/** Of one company, or of all; the usual one first, then by name. */
export const listSeries = (db: Db, legalEntityId?: string): Promise<Series[]> =>
  db
    .selectFrom('numberingSeries')
    .selectAll()
    .where('removedAt', 'is', null)
    .$if(legalEntityId !== undefined, (some) => some.where('legalEntityId', '=', legalEntityId!))
    .orderBy('isDefault', 'desc')
    .orderBy('name')
    .orderBy('id')
    .execute()

export async function findSeries(db: Db, id: string): Promise<Series> {
  const series = await db.selectFrom('numberingSeries').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()
  if (!series) throw new Refusal('not_found', 'numbering.unknown')
  return series
}

/** What the series would give now. */
export async function nextNumber(db: Db, series: Series, at: Instant): Promise<string> {
  const year = await yearOf(db, series, at)
  const free = await firstFree(db, series.id, year)
  return toldNumber(series, year, free ?? (await nextOf(db, series, year)))
}

/** The number, without prefix and year, that comes after all that were given. */
export const upcoming = async (db: Db, series: Series, at: Instant): Promise<number> => nextOf(db, series, await yearOf(db, series, at))

/** A company's first series is its usual one. */
export async function addSeries(tx: Tx, act: Act, legalEntityId: string, details: SeriesDetails, next = 1): Promise<Series> {
  await findLegalEntity(tx, legalEntityId)
  const others = await listSeries(tx, legalEntityId)
  const series: Series = {
    id: newId('num'),
    legalEntityId,
    ...columns(details),
    year: await yearOf(tx, { perYear: Number(details.perYear) }, act.at),
    next,
    isDefault: Number(!others.length),
    removedAt: null,
  }
  await refuseAmbiguous(tx, series)
  refuseUnfitNext(next)
  await tx.insertInto('numberingSeries').values(series).execute()
  await append(tx, act, { type: 'numbering.added', detail: { id: series.id, name: labelOf(series), next } })
  return series
}

/** `next`: null leaves it. It never goes back behind a number that was given. */
export async function changeSeries(tx: Tx, act: Act, id: string, details: SeriesDetails, next: number | null): Promise<void> {
  const before = await findSeries(tx, id)
  const after: Series = { ...before, ...columns(details) }
  await refuseAmbiguous(tx, after)
  const year = await yearOf(tx, after, act.at)
  const usual = await nextOf(tx, after, year)
  if (next !== null && next !== usual) {
    refuseUnfitNext(next)
    const given = await greatestOf(tx, id, year)
    if (next <= given) throw new Refusal('conflict', 'numbering.next-given', { number: toldNumber(after, year, given) })
  }
  const at = Math.max(next ?? usual, 1)
  await tx
    .updateTable('numberingSeries')
    .set({ ...columns(details), year, next: at })
    .where('id', '=', id)
    .execute()
  await append(tx, act, { type: 'numbering.changed', detail: { id, name: labelOf(after), next: at } })
}

export async function chooseUsualSeries(tx: Tx, act: Act, id: string): Promise<void> {
  const series = await findSeries(tx, id)
  await tx.updateTable('numberingSeries').set({ isDefault: 0 }).where('legalEntityId', '=', series.legalEntityId).execute()
  await tx.updateTable('numberingSeries').set({ isDefault: 1 }).where('id', '=', id).execute()
  await append(tx, act, { type: 'numbering.changed', detail: { id, name: labelOf(series), next: series.next } })
}

/** It gives no number any more; what it gave stays. Fields that named it take the company's usual one. */
export async function removeSeries(tx: Tx, act: Act, id: string): Promise<void> {
  const series = await findSeries(tx, id)
  await tx.updateTable('numberingSeries').set({ removedAt: act.at, isDefault: 0 }).where('id', '=', id).execute()
  const [first] = await listSeries(tx, series.legalEntityId)
  if (first) await tx.updateTable('numberingSeries').set({ isDefault: 1 }).where('id', '=', first.id).execute()
  await append(tx, act, { type: 'numbering.removed', detail: { id, name: labelOf(series) } })
}

/** The one that a field names, while it is this company's; else the usual one, made where there is none. */
export async function seriesFor(tx: Tx, at: Instant, legalEntityId: string, id: string | null): Promise<Series> {
  const all = await listSeries(tx, legalEntityId)
  const known = all.find((series) => series.id === id) ?? all[0]
  if (known) return known
  const series: Series = {
    id: newId('num'),
    legalEntityId,
    ...columns(USUAL),
    year: await yearOf(tx, { perYear: 1 }, at),
    next: 1,
    isDefault: 1,
    removedAt: null,
  }
  await tx.insertInto('numberingSeries').values(series).execute()
  return series
}

/** Gives the envelope the next number: one that came back, or a new one. */
export async function takeNumber(tx: Tx, at: Instant, series: Series, envelopeId: string): Promise<string> {
  const year = await yearOf(tx, series, at)
  const free = await firstFree(tx, series.id, year)
  const number = free ?? (await nextOf(tx, series, year))
  const value = toldNumber(series, year, number)
  if (free !== null)
    await tx
      .updateTable('issuedNumber')
      .set({ envelopeId, value, at })
      .where('seriesId', '=', series.id)
      .where('year', '=', year)
      .where('number', '=', number)
      .execute()
  else {
    await tx.insertInto('issuedNumber').values({ seriesId: series.id, year, number, envelopeId, value, at }).execute()
    if (year >= series.year)
      await tx
        .updateTable('numberingSeries')
        .set({ year, next: number + 1 })
        .where('id', '=', series.id)
        .execute()
  }
  return value
}

const columns = ({ name, prefix, perYear, digits }: SeriesDetails) => ({ name, prefix, perYear: Number(perYear), digits })

const labelOf = ({ name, prefix }: Pick<Series, 'name' | 'prefix'>): string => name || prefix || '1'

/** 0: the series does not begin anew each year. */
async function yearOf(db: Db, { perYear }: Pick<Series, 'perYear'>, at: Instant): Promise<number> {
  if (!perYear) return 0
  const { timeZone } = await readSetting(db, 'installation')
  return Number(new Intl.DateTimeFormat('en', { timeZone, year: 'numeric' }).format(Date.parse(at)))
}

async function nextOf(db: Db, series: Series, year: number): Promise<number> {
  const after = (await greatestOf(db, series.id, year)) + 1
  return series.year === year ? Math.max(series.next, after) : after
}

async function greatestOf(db: Db, seriesId: string, year: number): Promise<number> {
  const row = await db
    .selectFrom('issuedNumber')
    .select(({ fn }) => fn.max<number | null>('number').as('number'))
    .where('seriesId', '=', seriesId)
    .where('year', '=', year)
    .executeTakeFirst()
  return Number(row?.number ?? 0)
}

async function firstFree(db: Db, seriesId: string, year: number): Promise<number | null> {
  const row = await db
    .selectFrom('issuedNumber')
    .select('number')
    .where('seriesId', '=', seriesId)
    .where('year', '=', year)
    .where('envelopeId', 'is', null)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst()
  return row ? row.number : null
}

function refuseUnfitNext(next: number): void {
  if (!Number.isSafeInteger(next) || next < 1 || next > LARGEST) throw new Refusal('invalid', 'numbering.next-invalid')
}

/**
 * Two series never tell the same number: what stands before the digits ends with no digit itself, and differs from every other series of the
 * company, and from all that was given by another.
 */
async function refuseAmbiguous(db: Db, series: Series): Promise<void> {
  if (/\p{N}$/u.test(series.prefix)) throw new Refusal('invalid', 'numbering.prefix-digit')
  const same = (await listSeries(db, series.legalEntityId)).some((one) => one.id !== series.id && shapeOf(one) === shapeOf(series))
  const stem = sql<string>`rtrim(issued_number.value, '0123456789')`
  const length = series.prefix.length
  const given = await db
    .selectFrom('issuedNumber')
    .innerJoin('numberingSeries', 'numberingSeries.id', 'issuedNumber.seriesId')
    .select('issuedNumber.value')
    .where('numberingSeries.legalEntityId', '=', series.legalEntityId)
    .where('issuedNumber.seriesId', '!=', series.id)
    .where(
      series.perYear
        ? sql<boolean>`length(${stem}) = ${length + 5} and substr(${stem}, 1, ${length}) = ${series.prefix} and substr(${stem}, ${length + 5}) = '-'`
        : sql<boolean>`${stem} = ${series.prefix}`,
    )
    .limit(1)
    .executeTakeFirst()
  if (same || given) throw new Refusal('conflict', 'numbering.prefix-taken')
}

/** What a number of the series looks like before its digits, with `#` for a year. */
const shapeOf = ({ prefix, perYear }: Series): string => (perYear ? `${prefix}####-` : prefix.replace(/\d{4}-$/, '####-'))
