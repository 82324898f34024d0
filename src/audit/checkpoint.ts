import { type Bytes, base64, concat, utf8 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { sha256, treeRoot, treeSize } from './trail.ts'

/** Ed25519; the private key never enters this room. */
export interface CheckpointKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Promise<Bytes>
}

export interface Checkpoint {
  readonly size: number
  readonly root: Bytes
  /** The signed note as text (C2SP signed-note, tlog-checkpoint). */
  readonly note: string
  readonly at: Instant
}

/** Signs the state of the whole trail and keeps it; where nothing happened since the last one, returns that. */
export async function checkpoint(db: Db, at: Instant, origin: string, key: CheckpointKey): Promise<Checkpoint> {
  const size = await treeSize(db)
  const known = await db.selectFrom('checkpoint').selectAll().where('size', '=', size).executeTakeFirst()
  if (known) return known
  const root = await treeRoot(db, size)
  const made = { size, root, note: await signedNote(origin, size, root, key), at }
  await db
    .insertInto('checkpoint')
    .values(made)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return made
}

/** c2sp.org/tlog-checkpoint: origin, size, root, an empty line, `— origin keyhash‖signature`. */
export async function signedNote(origin: string, size: number, root: Uint8Array, key: CheckpointKey): Promise<string> {
  const body = `${origin}\n${size}\n${base64(root)}\n`
  const signature = await key.sign(utf8(body))
  return `${body}\n— ${origin} ${base64(concat([keyId(origin, key.publicKey), signature]))}\n`
}

/** c2sp.org/signed-note: the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), 0x01 for Ed25519. */
export const keyId = (origin: string, publicKey: Uint8Array): Bytes =>
  sha256(concat([utf8(`${origin}\n`), new Uint8Array([1]), publicKey])).slice(0, 4)
