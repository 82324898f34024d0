/** What can be wrong with a log; its sentence stands in the dictionary under `audit.findings`. */
export const FINDINGS = [
  'entry-missing',
  'entry-altered',
  'entry-misfiled',
  'entry-unindexed',
  'clock-back',
  'node-altered',
  'node-extra',
  'clear-altered',
  'clear-missing',
  'clear-extra',
  'erasure-unrecorded',
  'checkpoint-unreadable',
  'checkpoint-foreign',
  'checkpoint-unsigned',
  'checkpoint-ahead',
  'checkpoint-inconsistent',
  'kept-missing',
  'kept-behind',
  'kept-forked',
] as const
export type FindingKind = (typeof FINDINGS)[number]

export interface Finding {
  readonly kind: FindingKind
  /** The number of the entry, or the size that a checkpoint is of. */
  readonly at: number
  /** A name of a column, a clear text, a file. */
  readonly what: string
}

/** Keeps the first findings and counts all: one change near the root is not to fill a screen. */
export class Findings {
  readonly list: Finding[] = []
  count = 0
  add(kind: FindingKind, at: number, what = ''): void {
    this.count++
    if (this.list.length < 100) this.list.push({ kind, at, what })
  }
}
