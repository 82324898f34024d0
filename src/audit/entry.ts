import { base64 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { latestCheckpoint } from './checkpoint.ts'
import { inclusionProof } from './trail.ts'

export interface ProvenEntry {
  /** The bytes that are hashed, as text. */
  readonly entry: string
  /** Null: no signed state of the log holds it yet. */
  readonly proof: {
    /** The signed note: origin, size, root, signature (C2SP). */
    readonly checkpoint: string
    readonly size: number
    /** Base64, lowest first (RFC 6962 §2.1.1). */
    readonly path: readonly string[]
  } | null
}

/** One entry with what shows that it stands in the newest signed state of the log. */
export async function provenEntry(db: Db, seq: number): Promise<ProvenEntry> {
  const leaf = await db.selectFrom('auditLeaf').select('entry').where('seq', '=', seq).executeTakeFirst()
  if (!leaf) throw new Refusal('not_found', 'audit.entry-unknown')
  const newest = await latestCheckpoint(db)
  if (!newest || newest.size < seq) return { entry: leaf.entry, proof: null }
  const path = await inclusionProof(db, seq, newest.size)
  return { entry: leaf.entry, proof: { checkpoint: newest.note, size: newest.size, path: path.map((hash) => base64(hash)) } }
}
