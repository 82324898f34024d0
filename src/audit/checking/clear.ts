import { sql } from 'kysely'
import type { Bytes } from '../../base/bytes.ts'
import type { Db } from '../../db/open.ts'
import { commitment, digestOfErased } from '../trail.ts'
import type { Findings } from './finding.ts'

interface Side {
  readonly seq: number
  readonly name: string
  readonly salt: Bytes
  readonly value: string | null
  readonly erased_by: number | null
}

/** What each erasure took, as the side table says: to be compared with what its event says. */
export type Erasures = Map<number, { readonly seq: number; readonly name: string }[]>

/** Every commitment of these entries has its text, or an event that says that it was erased; and there is no text without a commitment. */
export async function checkClear(
  { db, findings, erasures, counts }: { db: Db; findings: Findings; erasures: Erasures; counts: { clear: number; erased: number } },
  start: number,
  end: number,
  promised: Map<number, Readonly<Record<string, string>>>,
): Promise<void> {
  const { rows } = await sql<Side>`select seq, name, salt, value, erased_by from audit_clear
    where seq > ${start} and seq <= ${end} order by seq, name`.execute(db.withoutPlugins())
  const seen = new Map<number, number>()
  for (const { seq, name, salt, value, erased_by: by } of rows) {
    const promise = promised.get(seq)?.[name]
    if (promise === undefined) {
      findings.add('clear-extra', seq, name)
      continue
    }
    seen.set(seq, (seen.get(seq) ?? 0) + 1)
    counts[value === null ? 'erased' : 'clear']++
    if (value !== null) {
      if (by !== null || commitment(salt, value) !== promise) findings.add('clear-altered', seq, name)
    } else if (by === null || salt.length) findings.add('erasure-unrecorded', seq, name)
    else {
      const list = erasures.get(by)
      if (list) list.push({ seq, name })
      else erasures.set(by, [{ seq, name }])
    }
  }
  for (const [seq, clear] of promised) {
    const names = Object.keys(clear)
    if (seen.get(seq) === names.length) continue
    const there = new Set(rows.filter((row) => row.seq === seq).map(({ name }) => name))
    for (const name of names) if (!there.has(name)) findings.add('clear-missing', seq, name)
  }
}

/** Every erasure has its event, and took exactly what the event says. */
export function checkErasures(
  erasures: Erasures,
  events: ReadonlyMap<number, Readonly<Record<string, unknown>>>,
  findings: Findings,
): void {
  for (const seq of new Set([...erasures.keys(), ...events.keys()])) {
    const taken = erasures.get(seq) ?? []
    const told = events.get(seq)
    if (told?.['count'] !== taken.length || told['erased'] !== digestOfErased(taken)) findings.add('erasure-unrecorded', seq)
  }
}
