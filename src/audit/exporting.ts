import { createPublicKey } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ownFile } from '../base/program.ts'
import { sql } from 'kysely'
import { base64, type Bytes, hex } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { sha256 } from './trail.ts'

const SCRIPT = ownFile('static/audit/verify.py')
const PIECE = 5_000

/** The files of an export, in the order in which a reader meets them. */
export const EXPORTED = ['verify.py', 'log.pub.pem', 'checkpoint', 'checkpoints', 'audit.jsonl', 'clear.txt'] as const

export interface Exported {
  readonly size: number
  /** Entries after it are in the files, but not signed yet. */
  readonly signedUpTo: number
}

/**
 * Writes the whole log into a new or empty folder: `audit.jsonl` (one entry a line, the bytes that are hashed), `clear.txt` (a line
 * for each commitment: `number name salt "text"`, or `number name - number` of the event that erased it), `checkpoint`, `checkpoints`, `log.pub.pem`, `verify.py`.
 */
export async function exportLog(db: Db, folder: string): Promise<Exported> {
  const newest = await db.selectFrom('checkpoint').select(['size', 'note']).orderBy('size', 'desc').limit(1).executeTakeFirst()
  if (!newest) throw new Refusal('conflict', 'audit.nothing-signed')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'verify.py'), readFileSync(SCRIPT), { flag: 'wx' })
  writeFileSync(join(folder, 'log.pub.pem'), await publicKeyPem(db), { flag: 'wx' })
  writeFileSync(join(folder, 'checkpoint'), newest.note, { flag: 'wx' })
  await write(join(folder, 'checkpoints'), notes(db, newest.size))
  // Read before the clear texts: what is appended meanwhile stands in neither.
  const size = (await sql<{ size: number }>`select coalesce(max(seq), 0) as size from audit_leaf`.execute(db)).rows[0]!.size
  await write(join(folder, 'audit.jsonl'), entries(db, size))
  await write(join(folder, 'clear.txt'), clearTexts(db, size))
  return { size, signedUpTo: newest.size }
}

async function write(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const file = openSync(path, 'wx', 0o600)
  try {
    for await (const piece of pieces) writeSync(file, piece)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The fingerprint to tell an auditor by another way: SHA-256 of the SPKI, in hexadecimal; null before there is an authority. */
export async function keyFingerprint(db: Db): Promise<string | null> {
  const row = await currentKey(db)
  return row ? hex(sha256(row.spki)) : null
}

const currentKey = (db: Db): Promise<{ spki: Bytes } | undefined> =>
  db.selectFrom('authorityKey').select('spki').where('purpose', '=', 'audit').orderBy('createdAt', 'desc').limit(1).executeTakeFirst()

/** SPKI in PEM, of the key that signs now. */
export async function publicKeyPem(db: Db): Promise<string> {
  const row = await currentKey(db)
  if (!row) throw new Refusal('not_found', 'audit.nothing-signed')
  return createPublicKey({ key: Buffer.from(row.spki), format: 'der', type: 'spki' })
    .export({ type: 'spki', format: 'pem' })
    .toString()
}

/** One after the other, an empty line between two. */
async function* notes(db: Db, upTo: number): AsyncGenerator<string> {
  for (let after = -1; ;) {
    const rows = await db
      .selectFrom('checkpoint')
      .select(['size', 'note'])
      .where('size', '>', after)
      .where('size', '<=', upTo)
      .orderBy('size')
      .limit(PIECE)
      .execute()
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ note }) => `${note}\n`).join('')
    after = last.size
  }
}

async function* entries(db: Db, size: number): AsyncGenerator<string> {
  for (let after = 0; after < size; after += PIECE) {
    const { rows } = await sql<{ entry: string }>`select entry from audit_leaf
      where seq > ${after} and seq <= ${Math.min(after + PIECE, size)} order by seq`.execute(db)
    yield rows.map(({ entry }) => `${entry}\n`).join('')
  }
}

interface Side {
  readonly seq: number
  readonly name: string
  readonly salt: Bytes
  readonly value: string | null
  readonly by: number | null
}

async function* clearTexts(db: Db, size: number): AsyncGenerator<string> {
  for (let after = 0; after < size; after += PIECE) {
    const { rows } = await sql<Side>`select seq, name, salt, value, erased_by as by from audit_clear
      where seq > ${after} and seq <= ${Math.min(after + PIECE, size)} order by seq, name`.execute(db.withoutPlugins())
    const lines = rows.map(({ seq, name, salt, value, by }) =>
      value === null ? `${seq} ${name} - ${by ?? 0}\n` : `${seq} ${name} ${base64(salt)} ${JSON.stringify(value)}\n`,
    )
    yield lines.join('')
  }
}
