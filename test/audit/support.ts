import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckpointKey } from '../../src/audit/checkpoint.ts'
import { type KeptCheckpoint, keptCheckpointIn } from '../../src/audit/kept.ts'
import { append } from '../../src/audit/trail.ts'
import { checkpointKeyOf, generateAuditKey } from '../../src/authority/audit-key.ts'
import type { Db } from '../../src/db/open.ts'
import { ANN } from '../support/database.ts'
import { openFresh } from '../support/fresh.ts'

export const ORIGIN = 'sign.example.com/log'

export interface TestLog extends AsyncDisposable {
  readonly db: Db
  readonly folder: string
  readonly file: string
  readonly kept: KeptCheckpoint
  readonly key: CheckpointKey
  readonly spki: Uint8Array
  /** Entries with a reason, an address and a browser each. */
  write(count: number): Promise<void>
}

/** A log in a file with a key of its own and a place outside; the key stands where the authority keeps it. */
export async function openTestLog(): Promise<TestLog> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-log-'))
  const file = join(folder, 'paraphe.db')
  const db = await openFresh(file)
  const kept = keptCheckpointIn(join(folder, 'kept.db'))
  const { pkcs8, spki } = await generateAuditKey()
  await db
    .insertInto('authorityKey')
    .values({ id: 'key_audit', purpose: 'audit', algorithm: 'ed25519', spki, wrapped: pkcs8, createdAt: ANN.at, retiredAt: null })
    .execute()
  return {
    db,
    folder,
    file,
    kept,
    spki,
    key: await checkpointKeyOf(pkcs8, spki, kept),
    write: (count) => writeTo(db, count),
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const writeTo = (db: Db, count: number): Promise<void> =>
  db.transaction().execute(async (tx) => {
    for (let at = 0; at < count; at++)
      await append(tx, ANN, { type: 'envelope.voided', envelopeId: `env_${at % 3}`, clear: { reason: `no ${at}` } })
  })
