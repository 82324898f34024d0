import { type Bytes, hex } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { checkErasures, type Erasures } from './checking/clear.ts'
import { checkEntries, countExtraNodes } from './checking/entries.ts'
import { type Finding, Findings } from './checking/finding.ts'
import { type Given, logKeysOf, readNotes } from './checking/notes.ts'
import { compareWithKept, type KeptCheckpoint } from './kept.ts'
import { treeSize } from './trail.ts'

/** What a verification of the whole log found. Whole: nothing was found. */
export interface LogReport {
  readonly size: number
  /** Hexadecimal. */
  readonly root: string
  readonly checkpoints: number
  /** The size of the newest one: what came after it is not signed yet. */
  readonly signedUpTo: number
  /** Clear texts that stand, and that were erased by an event. */
  readonly clear: number
  readonly erased: number
  /** Breaks that are recorded in the log: not a fault, but a reader should know. */
  readonly breaks: readonly { readonly seq: number; readonly at: Instant }[]
  /** The first hundred, and how many there are. */
  readonly findings: readonly Finding[]
  readonly count: number
}

/**
 * Recomputes everything: each entry, node, commitment and erasure, each checkpoint's signature and its place in the tree, what is kept outside,
 * and `witnessed`: checkpoints that somebody else kept. Reads beside a running server; entries appended meanwhile are left alone.
 */
export async function verifyLog(db: Db, place: KeptCheckpoint | null, witnessed: readonly Given[] = []): Promise<LogReport> {
  const findings = new Findings()
  const size = await treeSize(db)
  const keys = logKeysOf(
    (await db.selectFrom('authorityKey').select('spki').where('purpose', '=', 'audit').execute()).map(({ spki }) => spki),
  )
  const rows = await db.selectFrom('checkpoint').selectAll().orderBy('size').execute()
  const kept = place ? await checkKept(db, place, findings) : []
  const notes = readNotes([...rows.map((row) => ({ ...row, what: '' })), ...kept, ...witnessed], keys, findings)

  const erasures: Erasures = new Map()
  const events = new Map<number, Readonly<Record<string, unknown>>>()
  const breaks: { seq: number; at: Instant }[] = []
  const counts = { clear: 0, erased: 0 }
  const root: Bytes = await checkEntries({
    db,
    size,
    findings,
    erasures,
    counts,
    notes,
    onEntry({ seq, at, type, detail }) {
      if (type === 'person.erased') events.set(seq, detail ?? {})
      if (type === 'audit.continued') breaks.push({ seq, at: at as Instant })
    },
  })
  const extra = await countExtraNodes(db, size)
  if (extra) findings.add('node-extra', size, String(extra))
  checkErasures(erasures, events, findings)
  return {
    size,
    root: hex(root),
    checkpoints: rows.length,
    signedUpTo: rows.at(-1)?.size ?? 0,
    ...counts,
    breaks,
    findings: findings.list,
    count: findings.count,
  }
}

async function checkKept(db: Db, place: KeptCheckpoint, findings: Findings): Promise<Given[]> {
  const { standing, kept } = await compareWithKept(db, place)
  if (standing === 'missing' || standing === 'behind' || standing === 'forked') findings.add(`kept-${standing}`, kept?.size ?? 0)
  // Where it is behind, its size is beyond the tree, which is told already.
  return kept?.note && standing === 'good' ? [{ note: kept.note, what: 'outside', size: kept.size }] : []
}
