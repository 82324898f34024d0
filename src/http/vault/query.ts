import { z } from 'zod'
import { readAmount } from '../../base/amount.ts'
import { readDay } from '../../base/day.ts'
import { DAY, type Instant, later } from '../../base/instant.ts'
import { readSetting } from '../../setting/setting.ts'
import { STAGES, type VaultQuery } from '../../vault/filters.ts'
import { type Cursor, SORTS } from '../../vault/searching.ts'
import { instantAt, localTime } from '../../view/local-time.ts'
import type { Ctx } from '../env.ts'

const text = (longest: number) => z.string().trim().max(longest).catch('')
const day = z
  .string()
  .transform((typed) => readDay(typed) ?? '')
  .catch('')
const amount = z
  .string()
  .transform((typed) => (readAmount(typed) === null ? '' : typed.trim()))
  .catch('')

/** What the page of the vault asks for; each stays in the address, so that a search can be kept and sent. */
export const VaultAddress = z.object({
  search: text(200),
  party: text(100),
  stage: z.enum([...STAGES, '']).catch(''),
  kind: text(80),
  least: amount,
  most: amount,
  from: day,
  to: day,
  folder: text(40),
  sort: z.enum(SORTS).catch('newest'),
})
export type VaultAddress = z.output<typeof VaultAddress>

/** Days are those of the house's clock on the wall, both included. */
export async function queryOf(c: Ctx, address: VaultAddress): Promise<VaultQuery> {
  const { timeZone } = await readSetting(c.var.house.db, 'installation')
  const start = (typed: string): Instant | null => (typed ? instantAt({ day: typed, time: '00:00' }, timeZone) : null)
  const last = start(address.to)
  // A day may have 23 or 25 hours: the next one begins where its own midnight is.
  const until = last && start(localTime(later(last, 1.25 * DAY), timeZone).day)
  return {
    search: address.search,
    party: address.party,
    stage: address.stage || null,
    kind: address.kind,
    least: readAmount(address.least),
    most: readAmount(address.most),
    from: start(address.from),
    until,
    folder: address.folder || null,
    sort: address.sort,
    at: c.var.act.at,
    only: null,
  }
}

export const cursorText = (cursor: Cursor | null): string | null => cursor && `${cursor.seq}~${cursor.value}`
export function readCursor(typed: string | undefined): Cursor | null {
  const [, seq, value] = /^(\d{1,15})~(.{0,200})$/su.exec(typed ?? '') ?? []
  return seq === undefined || value === undefined ? null : { seq: Number(seq), value }
}

/** The entries that are ticked in a form; one that is no id finds nothing. */
export const pickedIn = (body: Readonly<Record<string, unknown>>): string[] =>
  [body['pick'] ?? []].flat().filter((one): one is string => typeof one === 'string' && /^[\w-]{1,40}$/.test(one))
