import { type Bytes, base64, concat, utf8 } from '../base/bytes.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { type Kept, type KeptCheckpoint, refuseUnlessKept } from './kept.ts'
import { readNote } from './note.ts'
import { sha256, treeRoot, treeSize } from './trail.ts'

/** The job that takes one: ordered by every seal, and every minute with news. */
export const CHECKPOINT = 'audit.checkpoint'

/** Ed25519; the private key never enters this room. */
export interface CheckpointKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Promise<Bytes>
  /** What it signed last, outside the database: it signs nothing that does not go on from there. */
  readonly kept: KeptCheckpoint
}

export interface Checkpoint {
  readonly size: number
  readonly root: Bytes
  /** The signed note as text (C2SP signed-note, tlog-checkpoint). */
  readonly note: string
  readonly at: Instant
}

/**
 * Signs the state of the whole trail and keeps it; where nothing happened since the last one, returns that. A log keeps the name that its
 * first checkpoint bears: `origin` names the first alone.
 *
 * Kept outside first, then recorded in the database. A crash between the two leaves a newer one outside, whose tree is committed already:
 * the next call finds it consistent and records it. Refused where the log does not go on from what is kept outside.
 */
export async function checkpoint(db: Db, at: Instant, origin: string, key: CheckpointKey): Promise<Checkpoint> {
  for (;;) {
    const { kept, size } = await refuseUnlessKept(db, key.kept)
    if (kept) await record(db, kept)
    const known = await db.selectFrom('checkpoint').selectAll().where('size', '=', size).executeTakeFirst()
    if (known?.keptAt) return known
    const root = await treeRoot(db, size)
    const note = known?.note ?? (await signedNote((await nameOfLog(db)) ?? origin, size, root, key))
    failpoint('checkpoint.before-keep')
    const next = { size, root: base64(root), at: known?.at ?? at, note }
    // Somebody else was faster: what they kept is looked at anew.
    if (!key.kept.swap(kept, next)) continue
    failpoint('checkpoint.after-keep')
    await record(db, next)
    failpoint('checkpoint.after-record')
    return { size, root, note, at: next.at }
  }
}

/** What is kept outside stands in the database too. */
async function record(db: Db, { size, root, note, at }: Kept): Promise<void> {
  if (note === null) return
  await db
    .insertInto('checkpoint')
    .values({ size, root: Uint8Array.fromBase64(root), note, at, keptAt: at })
    .onConflict((conflict) => conflict.column('size').doUpdateSet({ keptAt: at }).where('checkpoint.keptAt', 'is', null))
    .execute()
}

async function nameOfLog(db: Db): Promise<string | null> {
  const first = await db.selectFrom('checkpoint').select('note').orderBy('size').limit(1).executeTakeFirst()
  return (first && readNote(first.note)?.origin) ?? null
}

/** Whether something happened since the newest checkpoint. */
export async function hasNews(db: Db): Promise<boolean> {
  const newest = await latestCheckpoint(db)
  return (await treeSize(db)) > (newest?.size ?? 0)
}

export async function latestCheckpoint(db: Db): Promise<Checkpoint | null> {
  const row = await db.selectFrom('checkpoint').select(['size', 'root', 'note', 'at']).orderBy('size', 'desc').limit(1).executeTakeFirst()
  return row ?? null
}

/** c2sp.org/tlog-checkpoint: origin, size, root, an empty line, `— origin keyhash‖signature`. */
export async function signedNote(
  origin: string,
  size: number,
  root: Uint8Array,
  key: Pick<CheckpointKey, 'publicKey' | 'sign'>,
): Promise<string> {
  const body = `${origin}\n${size}\n${base64(root)}\n`
  const signature = await key.sign(utf8(body))
  return `${body}\n— ${origin} ${base64(concat([keyId(origin, key.publicKey), signature]))}\n`
}

/** c2sp.org/signed-note: the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), 0x01 for Ed25519. */
export const keyId = (origin: string, publicKey: Uint8Array): Bytes =>
  sha256(concat([utf8(`${origin}\n`), new Uint8Array([1]), publicKey])).slice(0, 4)
