import { createHash } from 'node:crypto'
import { type Bytes, randomBytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { Db, Tx } from '../db/open.ts'
import type { Act, Actor } from './act.ts'
import type { AuditEvent, EventType } from './event.ts'
import { consistencyPath, inclusionPath, leafHash, type Node, nodeHash, peaks, rootOf } from './tree.ts'

export const sha256 = (bytes: Uint8Array): Bytes => Bun.SHA256.hash(bytes, new Uint8Array(32)) as Bytes

/** Takes a Tx, never a Db: an event is written with the change it records, or neither is. Returns its number, from 1 without gaps. */
export async function append(tx: Tx, act: Act, event: AuditEvent): Promise<number> {
  const head = await tx.selectFrom('auditLeaf').select(['seq', 'at']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
  const seq = (head?.seq ?? 0) + 1
  // The order of the log does not depend on the clock: a clock that goes back is held at the last time.
  const at = head && head.at > act.at ? head.at : act.at
  const clear: Record<string, string> = {
    ...event.clear,
    ...(act.ip ? { ip: act.ip } : {}),
    ...(act.userAgent ? { userAgent: act.userAgent.slice(0, 300) } : {}),
  }
  const sides = Object.entries(clear).map(([name, value]) => ({ seq, name, salt: randomBytes(16), value, erasedBy: null }))
  const entry = canonical({
    seq,
    at,
    type: event.type,
    actor: { ...act.actor },
    ...(event.envelopeId ? { envelope: event.envelopeId } : {}),
    ...(act.request ? { request: act.request } : {}),
    ...(event.detail ? { detail: { ...event.detail } } : {}),
    ...(sides.length ? { clear: Object.fromEntries(sides.map((side) => [side.name, commitment(side.salt, side.value)])) } : {}),
  })
  const hash = leafHash(sha256, entry)
  const { kind, id } = { id: null, ...act.actor }
  await tx
    .insertInto('auditLeaf')
    .values({ seq, at, type: event.type, actorKind: kind, actorId: id, envelopeId: event.envelopeId ?? null, entry, hash })
    .execute()
  if (sides.length) await tx.insertInto('auditClear').values(sides).execute()
  const subjects = subjectsOf(act.actor, event.detail).map((subject) => ({ subject, seq }))
  if (subjects.length) await tx.insertInto('auditSubject').values(subjects).execute()
  await grow(tx, seq - 1, hash)
  return seq
}

/** Whoever acted, and whoever the details name by an id. */
export function subjectsOf(
  actor: { readonly kind: string; readonly id?: string },
  detail: Readonly<Record<string, unknown>> = {},
): string[] {
  const named = [actor.id, detail['user'], detail['recipient'], detail['contact'], detail['request']]
  return [...new Set(named.filter((id) => typeof id === 'string'))]
}

/** HMAC-SHA-256 of the clear text under its salt: says nothing once the salt is erased. */
export const commitment = (salt: Uint8Array, value: string): string => new Bun.CryptoHasher('sha256', salt).update(value).digest('hex')

/** Stores every subtree that the new leaf completes. */
async function grow(tx: Tx, index: number, leaf: Bytes): Promise<void> {
  let hash = leaf
  let position = index
  for (let level = 0; ; level++) {
    await tx.insertInto('auditNode').values({ level, position, hash }).execute()
    if (position % 2 === 0) return
    const left = await tx
      .selectFrom('auditNode')
      .select('hash')
      .where('level', '=', level)
      .where('position', '=', position - 1)
      .executeTakeFirstOrThrow()
    hash = nodeHash(sha256, left.hash, hash)
    position = (position - 1) / 2
  }
}

export async function treeSize(db: Db): Promise<number> {
  return (await db.selectFrom('auditLeaf').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst())?.seq ?? 0
}

export async function treeRoot(db: Db, size: number): Promise<Bytes> {
  return fold(db, peaks(size))
}

/** Hashes beside entry `seq` on its way to the root of the first `size` entries, lowest first (RFC 6962 §2.1.1). */
export async function inclusionProof(db: Db, seq: number, size: number): Promise<Bytes[]> {
  return Promise.all(inclusionPath(seq - 1, size).map((nodes) => fold(db, nodes)))
}

/** Hashes which show that the first `first` entries are the beginning of the first `second` (RFC 6962 §2.1.2). */
export async function consistencyProof(db: Db, first: number, second: number): Promise<Bytes[]> {
  if (first === 0 || first > second) return []
  return Promise.all(consistencyPath(first, second).map((nodes) => fold(db, nodes)))
}

async function fold(db: Db, nodes: readonly Node[]): Promise<Bytes> {
  const hashes: Bytes[] = []
  for (const { level, position } of nodes)
    hashes.push(
      (
        await db
          .selectFrom('auditNode')
          .select('hash')
          .where('level', '=', level)
          .where('position', '=', position)
          .executeTakeFirstOrThrow()
      ).hash,
    )
  return rootOf(sha256, hashes)
}

export interface TrailEntry {
  readonly seq: number
  readonly at: Instant
  readonly type: EventType
  readonly actor: Actor
  readonly detail: Readonly<Record<string, string | number | boolean | null>>
  /** Null where the clear text was erased. */
  readonly clear: Readonly<Record<string, string | null>>
}

/** What happened to one envelope, oldest first. */
export async function trailOf(db: Db, envelopeId: string): Promise<TrailEntry[]> {
  const leaves = await db.selectFrom('auditLeaf').select(['seq', 'entry']).where('envelopeId', '=', envelopeId).orderBy('seq').execute()
  const sides = await db
    .selectFrom('auditClear')
    .innerJoin('auditLeaf', 'auditLeaf.seq', 'auditClear.seq')
    .select(['auditClear.seq', 'auditClear.name', 'auditClear.value'])
    .where('auditLeaf.envelopeId', '=', envelopeId)
    .execute()
  const clear = Map.groupBy(sides, (side) => side.seq)
  return leaves.map(({ seq, entry }) => {
    const { at, type, actor, detail } = JSON.parse(entry) as Omit<TrailEntry, 'clear'>
    return {
      seq,
      at,
      type,
      actor,
      detail: detail ?? {},
      clear: Object.fromEntries((clear.get(seq) ?? []).map((side) => [side.name, side.value])),
    }
  })
}

/** What an erasure took, as its event tells it: SHA-256 over `number name` lines, in order. */
export function digestOfErased(taken: readonly { readonly seq: number; readonly name: string }[]): string {
  const hasher = createHash('sha256')
  for (const { seq, name } of taken) hasher.update(`${seq} ${name}\n`)
  return hasher.digest('hex')
}

/** JSON with keys in order and no white space: the bytes that are hashed. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}
