import { sql } from 'kysely'
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import type { Db } from '../../db/open.ts'
import type { Note } from '../note.ts'
import { sha256, subjectsOf } from '../trail.ts'
import { leafHash, nodeHash, rootOf } from '../tree.ts'
import { checkClear, type Erasures } from './clear.ts'
import type { Findings } from './finding.ts'

/** A power of two: a piece is a complete subtree. */
const PIECE = 8_192

interface Leaf {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly envelope_id: string | null
  readonly entry: string
  readonly hash: Bytes
}

export interface Told {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly actor: { readonly kind: string; readonly id?: string }
  readonly envelope?: string
  readonly detail?: Readonly<Record<string, unknown>>
  readonly clear?: Readonly<Record<string, string>>
}

export interface Pass {
  readonly db: Db
  /** The entries that there were when it began; what is appended meanwhile is left alone. */
  readonly size: number
  readonly findings: Findings
  readonly erasures: Erasures
  readonly counts: { clear: number; erased: number }
  /** By size, ascending. */
  readonly notes: readonly (Note & { readonly what: string })[]
  /** Told of each entry that can be read. */
  readonly onEntry: (told: Told) => void
}

/**
 * One pass over the log, oldest first, in pieces: every entry against its columns and its hash, every stored node against what is below it,
 * every clear text against its commitment, every checkpoint against the tree as it was. Where something stored differs, it is told once and
 * the stored value is carried upwards, so that one change is one finding. Returns the root.
 */
export async function checkEntries(pass: Pass): Promise<Bytes> {
  const { size } = pass
  const stack: Bytes[] = []
  let last = ''
  let noted = 0
  for (let start = 0; start < size; start += PIECE) {
    const end = Math.min(start + PIECE, size)
    const [leaves, nodes] = [await leavesOf(pass.db, start, end), await nodesOf(pass.db, start, end)]
    const subjects = await subjectsIn(pass.db, start, end)
    const promised = new Map<number, Readonly<Record<string, string>>>()
    for (let index = start, next = 0, about = 0; index < end; index++) {
      const from = about
      while (subjects[about]?.seq === index + 1) about++
      let leaf = leaves[next]
      if (leaf?.seq === index + 1) next++
      else leaf = undefined
      const hash = leaf ? leafHash(sha256, leaf.entry) : null
      const told = leaf && checkLeaf(leaf, hash!, pass.findings)
      if (told) {
        if (told.at < last) pass.findings.add('clock-back', index + 1)
        last = told.at
        if (!isIndexed(told, subjects, from, about)) pass.findings.add('entry-unindexed', index + 1)
        if (told.clear) promised.set(told.seq, told.clear)
        pass.onEntry(told)
      } else if (!leaf) pass.findings.add('entry-missing', index + 1)
      grow(stack, index, hash, nodes, pass.findings)
      for (; pass.notes[noted] && pass.notes[noted]!.size <= index + 1; noted++) {
        const note = pass.notes[noted]!
        if (!equalBytes(rootOf(sha256, stack), note.root)) pass.findings.add('checkpoint-inconsistent', note.size, note.what)
      }
    }
    await checkClear(pass, start, end, promised)
  }
  for (const note of pass.notes.slice(noted)) pass.findings.add('checkpoint-ahead', note.size, note.what)
  return rootOf(sha256, stack)
}

const leavesOf = async (db: Db, start: number, end: number): Promise<readonly Leaf[]> =>
  (
    await sql<Leaf>`select seq, at, type, actor_kind, actor_id, envelope_id, entry, hash from audit_leaf
      where seq > ${start} and seq <= ${end} order by seq`.execute(db.withoutPlugins())
  ).rows

interface Subject {
  readonly seq: number
  readonly subject: string
}

/** Whom the index names for these entries, in their order. */
const subjectsIn = async (db: Db, start: number, end: number): Promise<readonly Subject[]> =>
  (
    await sql<Subject>`select seq, subject from audit_subject
      where seq > ${start} and seq <= ${end} order by seq`.execute(db.withoutPlugins())
  ).rows

function isIndexed({ actor, detail }: Told, indexed: readonly Subject[], from: number, to: number): boolean {
  const subjects = subjectsOf(actor, detail)
  if (subjects.length !== to - from) return false
  for (let at = from; at < to; at++) if (!subjects.includes(indexed[at]!.subject)) return false
  return true
}

/** Null where the entry cannot be read or is another one's. */
function checkLeaf(leaf: Leaf, hash: Bytes, findings: Findings): Told | null {
  if (!equalBytes(hash, leaf.hash)) findings.add('entry-altered', leaf.seq)
  let told: Told
  try {
    told = JSON.parse(leaf.entry) as Told
  } catch {
    findings.add('entry-altered', leaf.seq)
    return null
  }
  if (told.seq !== leaf.seq) findings.add('entry-misfiled', leaf.seq, 'seq')
  if (told.at !== leaf.at) findings.add('entry-misfiled', leaf.seq, 'at')
  if (told.type !== leaf.type) findings.add('entry-misfiled', leaf.seq, 'type')
  if (told.actor.kind !== leaf.actor_kind || (told.actor.id ?? null) !== leaf.actor_id) findings.add('entry-misfiled', leaf.seq, 'actor')
  if ((told.envelope ?? null) !== leaf.envelope_id) findings.add('entry-misfiled', leaf.seq, 'envelope')
  return told
}

/** By level, each from the first position that ends inside the piece. */
type Nodes = readonly { readonly from: number; readonly hashes: ReadonlyMap<number, Bytes> }[]

async function nodesOf(db: Db, start: number, end: number): Promise<Nodes> {
  const plain = db.withoutPlugins()
  const levels: { from: number; hashes: Map<number, Bytes> }[] = []
  for (let level = 0; 2 ** level <= end; level++) {
    // A subtree that ends in (start, end] begins at or before start only where it is wider than the piece.
    const [from, to] = [Math.floor(start / 2 ** level), Math.floor(end / 2 ** level)]
    const { rows } = await sql<{ position: number; hash: Bytes }>`select position, hash from audit_node
      where level = ${level} and position >= ${from} and position < ${to}`.execute(plain)
    levels.push({ from, hashes: new Map(rows.map(({ position, hash }) => [position, hash])) })
  }
  return levels
}

/** Adds a leaf to the peaks of the tree, comparing every subtree that it completes with the stored one. */
function grow(stack: Bytes[], index: number, leaf: Bytes | null, nodes: Nodes, findings: Findings): void {
  let hash = leaf
  for (let level = 0, position = index; ; level++, position = (position - 1) / 2) {
    if (level) hash = nodeHash(sha256, stack.pop()!, hash!)
    const stored = nodes[level]?.hashes.get(position)
    if (hash === null) hash = stored ?? new Uint8Array(32)
    else if (!stored || !equalBytes(stored, hash)) findings.add('node-altered', index + 1, `${level}/${position}`)
    hash = stored ?? hash
    if (position % 2 === 0) break
  }
  stack.push(hash)
}

/** Nodes that no entry has made. */
export async function countExtraNodes(db: Db, size: number): Promise<number> {
  const { rows } = await sql<{ level: number; position: number }>`select level, position from audit_node
    where level > 40 or position >= ${size}`.execute(db.withoutPlugins())
  let extra = rows.filter(({ level, position }) => level > 40 || (position + 1) * 2 ** level > size).length
  for (let level = 1; level <= 40 && 2 ** (level - 1) <= size; level++) {
    const most = Math.floor(size / 2 ** level)
    const found = await sql<{ count: number }>`select count(*) as count from audit_node
      where level = ${level} and position >= ${most} and position < ${size}`.execute(db.withoutPlugins())
    extra += Number(found.rows[0]?.count ?? 0)
  }
  return extra
}
