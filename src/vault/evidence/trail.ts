import { checkpoint as takeCheckpoint, signedNote } from '../../audit/checkpoint.ts'
import type { Act } from '../../audit/act.ts'
import { append, inclusionProof, trailOf, treeRoot } from '../../audit/trail.ts'
import { base64, hex, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import type { Config } from '../../config/config.ts'
import type { KeyStore } from '../../authority/key-store.ts'
import type { Db } from '../../db/open.ts'
import { logName, originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { newDigester } from '../../store/digester.ts'

export interface ProvenTrail {
  /** One entry a line, byte for byte as it was hashed, the making of this package last. */
  readonly entries: string
  /** C2SP signed note over the tree that ends with that entry. */
  readonly checkpoint: string
  /** By the name of the file: c2sp.org/tlog-proof@v1. */
  readonly proofs: ReadonlyMap<string, string>
}

/**
 * Records that the package is made, with the digest of every file in it and of every entry before, and proves all of the envelope's entries
 * under a checkpoint of exactly the log that ends there: an entry taken out or put in, a file exchanged, a package cut back are noticed.
 */
export async function proveTrail(
  { db, config, keys }: { readonly db: Db; readonly config: Config; readonly keys: KeyStore },
  act: Act,
  envelopeId: string,
  made: { readonly documents: string; readonly files: Digest },
): Promise<ProvenTrail> {
  const { size, leaves } = await db.transaction().execute(async (tx) => {
    const before = await leavesOf(tx, envelopeId)
    const trail = newDigester()
    for (const { entry } of before) trail.update(utf8(`${entry}\n`))
    const number = await append(tx, act, {
      type: 'vault.evidence-taken',
      envelopeId,
      detail: { ...made, entries: before.length, trail: hex(trail.digest()) },
    })
    return { size: number, leaves: await leavesOf(tx, envelopeId) }
  })
  const name = logName(originsOf(config, await readSetting(db, 'installation')))
  const newest = await takeCheckpoint(db, act.at, name, keys.checkpointKey())
  // Somebody else's entries may stand behind ours by now: the tree that ends with ours is a beginning of the one just signed.
  const checkpoint =
    newest.size === size ? newest.note : await signedNote(newest.note.split('\n')[0]!, size, await treeRoot(db, size), keys.checkpointKey())
  const proofs = new Map<string, string>()
  for (const { seq } of leaves) {
    const path = await inclusionProof(db, seq, size)
    const head = ['c2sp.org/tlog-proof@v1', `index ${seq - 1}`, ...path.map((hash) => base64(hash))]
    proofs.set(`${String(seq).padStart(6, '0')}.tlog-proof`, `${head.join('\n')}\n\n${checkpoint}`)
  }
  return { entries: leaves.map(({ entry }) => `${entry}\n`).join(''), checkpoint, proofs }
}

const leavesOf = (db: Db, envelopeId: string) =>
  db.selectFrom('auditLeaf').select(['seq', 'entry']).where('envelopeId', '=', envelopeId).orderBy('seq').execute()

/**
 * The clear texts that the certificate of completion shows too, each with its salt, one JSON object a line: names of people and files, and the
 * public reason of an annulment. Addresses of machines, browsers and reasons that were not for everybody stay out.
 */
export async function shownClearTexts(db: Db, envelopeId: string): Promise<string> {
  const people = await db.selectFrom('recipient').select(['firstName', 'lastName']).where('envelopeId', '=', envelopeId).execute()
  const files = await db.selectFrom('document').select('fileName').where('envelopeId', '=', envelopeId).execute()
  const declared = await db.selectFrom('annulment').select('seq').where('envelopeId', '=', envelopeId).where('isPublic', '=', 1).execute()
  const handed = (await trailOf(db, envelopeId)).filter(({ type }) => type === 'recipient.delegated')
  const names = new Set([
    // Whoever handed over stands on the certificate too.
    ...handed.flatMap(({ clear }) => [clear['from'], clear['name']]),
    ...people.map(({ firstName, lastName }) => `${firstName} ${lastName}`.trim()),
    ...files.map(({ fileName }) => fileName),
  ])
  const publicReasons = new Set(declared.map(({ seq }) => seq))
  const sides = await db
    .selectFrom('auditClear')
    .innerJoin('auditLeaf', 'auditLeaf.seq', 'auditClear.seq')
    .select(['auditClear.seq', 'auditClear.name', 'auditClear.salt', 'auditClear.value'])
    .where('auditLeaf.envelopeId', '=', envelopeId)
    .where('auditClear.value', 'is not', null)
    .where('auditClear.name', 'in', ['name', 'from', 'reason'])
    .orderBy('auditClear.seq')
    .execute()
  return sides
    .filter(({ seq, name, value }) => (name === 'reason' ? publicReasons.has(seq) : names.has(value!)))
    .map(({ seq, name, salt, value }) => `${JSON.stringify({ seq, name, salt: hex(salt), value })}\n`)
    .join('')
}
