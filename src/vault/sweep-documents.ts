import type { Act } from '../audit/act.ts'
import { Refusal } from '../base/refusal.ts'
import type { Clock } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { DocumentRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { fileInVault, registerFacts } from '../envelope/filing.ts'
import { headRevision } from '../envelope/revisions.ts'
import { runTask } from '../sandbox/run.ts'
import { DamagedObject, findObject, laidAside } from '../store/object.ts'
import { isSoundContinuation } from '../verification/received.ts'
import { trustOf } from '../verification/uploaded.ts'
import { type Finding, noteFault, noteInOrder } from './faults.ts'

interface Tools {
  readonly db: Db
  readonly config: Config
  readonly clock: Clock
}

/** What our own verifier says of the file today, and whether what it is made of is there. Answers how many faults are new. */
export async function checkDocument(tools: Tools, act: Act, document: DocumentRow): Promise<number> {
  const { db } = tools
  const disposed = await db.selectFrom('disposedDocument').select('id').where('id', '=', document.id).executeTakeFirst()
  if (disposed) return 0
  let found = 0
  for (const digest of new Set([document.originalDigest, document.sourceDigest])) {
    if (await findObject(db, digest)) continue
    const finding: Finding = {
      kind: 'bytes',
      subject: digest,
      detail: 'the original is missing',
      envelopeId: document.envelopeId,
      documentId: document.id,
    }
    found += Number(await noteFault(db, act, finding))
  }
  const wrong = await verdictOn(tools, document)
  if (wrong === null) await noteInOrder(db, act, 'verdict', document.id)
  else
    found += Number(
      await noteFault(db, act, {
        kind: 'verdict',
        subject: document.id,
        detail: wrong,
        envelopeId: document.envelopeId,
        documentId: document.id,
      }),
    )
  return found
}

/** Null where everything is as it should be. */
export async function verdictOn({ db, config, clock }: Tools, document: DocumentRow): Promise<string | null> {
  const head = await headRevision(db, document.id)
  if (!head) return 'there is no revision'
  const imported = await db
    .selectFrom('vaultImport')
    .select(['answer', 'isVerified'])
    .where('envelopeId', '=', document.envelopeId)
    .executeTakeFirst()
  // What was kept as not verified was never good; its bytes are looked at with the objects.
  if (imported && imported.isVerified === 0) return null
  try {
    const pdf = await laidAside(db, head.objectDigest)
    const pages = (JSON.parse(document.pages) as unknown[]).length
    const report = await runTask(config, 'verify', { pdf, ...(await trustOf(db)), at: clock() }, { pages })
    const { received } = JSON.parse(head.head) as { received?: { places: Record<string, { name: string }> } }
    const told = `${report.answer}: ${report.faults.join(' ')}`.slice(0, 500)
    if (imported) return report.answer === 'changed' || report.answer === 'unreadable' ? told : null
    if (received)
      return isSoundContinuation(
        report,
        Object.values(received.places).map(({ name }) => name),
      )
        ? null
        : told
    return report.answer === 'genuine' ? null : told
  } catch (error) {
    if (error instanceof DamagedObject) return error.message
    if (error instanceof Refusal && error.code !== 'unavailable') return error.reason
    throw error
  }
}

/** The register says what the envelope's own rows say. What it does not is put right at once, and told. */
export async function checkRegister(db: Db, act: Act, envelopeId: string): Promise<number> {
  const facts = await registerFacts(db, envelopeId)
  const row = await db.selectFrom('vaultEntry').selectAll().where('envelopeId', '=', envelopeId).executeTakeFirst()
  if (!facts || row?.disposedAt) return 0
  const persons = row ? await db.selectFrom('vaultPerson').select('userId').where('seq', '=', row.seq).execute() : []
  const folder = row?.folderId
    ? await db.selectFrom('vaultFolder').select('scopeId').where('id', '=', row.folderId).executeTakeFirst()
    : null
  const differs = row
    ? (Object.keys(facts.row) as (keyof typeof facts.row)[]).filter((name) => !name.endsWith('Key') && facts.row[name] !== row[name])
    : ['missing']
  if (
    row &&
    [...facts.persons].sort().join() !==
      persons
        .map(({ userId }) => userId)
        .sort()
        .join()
  )
    differs.push('persons')
  if (row && (row.scopeId ?? null) !== (folder?.scopeId ?? null)) differs.push('scope')
  if (!differs.length) return 0
  await db.transaction().execute((tx) => fileInVault(tx, act.at, envelopeId, row ? { scopeId: folder?.scopeId ?? null } : {}))
  const finding: Finding = { kind: 'register', subject: envelopeId, detail: differs.join(' '), envelopeId, documentId: null }
  const isNew = await noteFault(db, act, finding)
  await noteInOrder(db, act, 'register', envelopeId)
  return Number(isNew)
}
