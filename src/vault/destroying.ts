import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { KeyStore } from '../authority/key-store.ts'
import type { Digest } from '../base/digest.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Clock } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { DisposalRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { emptyWriteAheadLog } from '../db/write-ahead-log.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { removeUnnamed } from '../store/sweeping.ts'
import { certifyDestruction } from './destruction-certificate.ts'
import { removeText } from './text-index.ts'

export interface DestroyTools {
  readonly db: Db
  readonly config: Config
  readonly clock: Clock
  readonly keys: KeyStore
}

/**
 * The job: each entry in one transaction of its own, so that a crash leaves it whole or gone; then the certificate of destruction, sealed by the company,
 * which waits where the keys are locked. What came under hold since is kept, and told.
 */
export async function carryOutDisposal({ db, config, clock, keys }: DestroyTools, id: string): Promise<void> {
  const disposal = await db.selectFrom('disposal').selectAll().where('id', '=', id).executeTakeFirst()
  if (disposal?.decision !== 'approved' || disposal.doneAt) return
  const entries = await db.selectFrom('disposalEntry').selectAll().where('disposalId', '=', id).execute()
  for (const { envelopeId, disposedAt, keptBecause } of entries) {
    if (disposedAt || keptBecause) continue
    await db.transaction().execute((tx) => destroy(tx, systemAct(clock()), disposal, envelopeId))
    failpoint('disposal.between-entries')
  }
  await emptyWriteAheadLog(db)
  await certifyDestruction({ db, config, clock, keys }, id)
}

async function destroy(tx: Tx, act: Act, disposal: DisposalRow, envelopeId: string): Promise<void> {
  const entry = await tx.selectFrom('vaultEntry').selectAll().where('envelopeId', '=', envelopeId).executeTakeFirstOrThrow()
  const held = await tx
    .selectFrom('legalHold')
    .select('id')
    .where('envelopeId', '=', envelopeId)
    .where('liftedAt', 'is', null)
    .executeTakeFirst()
  const kept = held ? 'held' : entry.disposedAt ? 'disposed' : entry.dueAt === null || entry.dueAt > act.at ? 'not-due' : null
  const of = <T extends { where(column: 'disposalId' | 'envelopeId', operator: '=', value: string): T }>(query: T): T =>
    query.where('disposalId', '=', disposal.id).where('envelopeId', '=', envelopeId)
  if (kept) {
    await of(tx.updateTable('disposalEntry').set({ keptBecause: kept })).execute()
    return
  }
  const digests = await keepFacts(tx, act, disposal, envelopeId)
  await destroyRows(tx, envelopeId, digests)
  // Links to the finished document lead nowhere any more.
  await tx.updateTable('vaultLink').set({ revokedAt: act.at }).where('envelopeId', '=', envelopeId).where('revokedAt', 'is', null).execute()
  await removeText(tx, [entry.seq])
  await removeUnnamed(tx, [...digests])
  await tx.updateTable('vaultEntry').set({ disposedAt: act.at, dueAt: null, indexedAt: act.at }).where('seq', '=', entry.seq).execute()
  await of(tx.updateTable('disposalEntry').set({ disposedAt: act.at })).execute()
  const documents = await tx.selectFrom('disposedDocument').select(['documentId', 'digest']).where('envelopeId', '=', envelopeId).execute()
  await append(tx, act, {
    type: 'envelope.disposed',
    envelopeId,
    detail: {
      disposal: disposal.id,
      documents: documents.map(({ documentId }) => documentId).join(' '),
      digests: documents.map(({ digest }) => digest).join(' '),
      asked: disposal.askedBy,
      approved: disposal.decidedBy,
    },
  })
  failpoint('disposal.before-commit')
}

/** What may still be said of each document; answers every object that was its. */
async function keepFacts(tx: Tx, act: Act, disposal: DisposalRow, envelopeId: string): Promise<ReadonlySet<Digest>> {
  const envelope = await tx.selectFrom('envelope').selectAll().where('id', '=', envelopeId).executeTakeFirstOrThrow()
  const imported = await tx.selectFrom('vaultImport').select('envelopeId').where('envelopeId', '=', envelopeId).executeTakeFirst()
  const { legalName } = await findLegalEntity(tx, envelope.legalEntityId)
  const digests = new Set<Digest>()
  for (const document of await tx.selectFrom('document').selectAll().where('envelopeId', '=', envelopeId).execute()) {
    const revisions = await tx.selectFrom('revision').selectAll().where('documentId', '=', document.id).orderBy('number').execute()
    const last = revisions.at(-1)
    await tx
      .insertInto('disposedDocument')
      .values({
        id: document.id,
        envelopeId,
        disposalId: disposal.id,
        documentId: document.documentId,
        issuer: legalName,
        title: document.title,
        originalDigest: document.originalDigest,
        digest: last?.objectDigest ?? document.originalDigest,
        size: last?.size ?? 0,
        pages: (JSON.parse(document.shownPages ?? document.pages) as unknown[]).length,
        preparedAt: envelope.dispatchedAt ?? envelope.createdAt,
        completedAt: envelope.completedAt ?? act.at,
        disposedAt: act.at,
        wasIssued: imported ? 0 : 1,
      })
      .execute()
    if (revisions.length)
      await tx
        .insertInto('disposedRevision')
        .values(revisions.map(({ number, kind, objectDigest }) => ({ documentId: document.id, number, kind, digest: objectDigest })))
        .execute()
    for (const digest of [document.originalDigest, document.sourceDigest, ...revisions.map(({ objectDigest }) => objectDigest)])
      digests.add(digest)
  }
  return digests
}

/** Every row that holds bytes of the documents or words out of them. `digests` grows by what else they named. */
async function destroyRows(tx: Tx, envelopeId: string, digests: ReadonlySet<Digest>): Promise<void> {
  const all = digests as Set<Digest>
  const documents = tx.selectFrom('document').select('id').where('envelopeId', '=', envelopeId)
  const recipients = tx.selectFrom('recipient').select('id').where('envelopeId', '=', envelopeId)
  for (const { previewDigest } of await tx
    .selectFrom('frozenRevision')
    .select('previewDigest')
    .where('documentId', 'in', documents)
    .execute())
    all.add(previewDigest)
  for (const { objectDigest } of await tx.selectFrom('attachment').select('objectDigest').where('recipientId', 'in', recipients).execute())
    all.add(objectDigest)
  for (const { objectDigest } of await tx.selectFrom('mark').select('objectDigest').where('recipientId', 'in', recipients).execute())
    all.add(objectDigest)
  await tx.deleteFrom('frozenRevision').where('documentId', 'in', documents).execute()
  await tx.deleteFrom('attachment').where('recipientId', 'in', recipients).execute()
  await tx.deleteFrom('fieldEntry').where('recipientId', 'in', recipients).execute()
  await tx.deleteFrom('mark').where('recipientId', 'in', recipients).execute()
  await tx.deleteFrom('revision').where('documentId', 'in', documents).execute()
  await tx
    .updateTable('document')
    .set({ originalDigest: '' as Digest, sourceDigest: '' as Digest, findings: '{}' })
    .where('envelopeId', '=', envelopeId)
    .execute()
  await tx.updateTable('field').set({ value: '' }).where('documentId', 'in', documents).execute()
  // Pictures and texts of pages, where no other document is the same file.
  for (const digest of [...all]) {
    const shared = await tx.selectFrom('revision').select('documentId').where('objectDigest', '=', digest).limit(1).executeTakeFirst()
    const source = await tx.selectFrom('document').select('id').where('sourceDigest', '=', digest).limit(1).executeTakeFirst()
    if (shared || source) continue
    for (const { imageDigest } of await tx.selectFrom('pageImage').select('imageDigest').where('objectDigest', '=', digest).execute())
      all.add(imageDigest)
    await tx.deleteFrom('pageImage').where('objectDigest', '=', digest).execute()
  }
}
