import { folded } from '../base/folded.ts'
import type { Instant } from '../base/instant.ts'
import type { VaultEntryTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'

/** The job that takes the words of an entry into the index, by its envelope. */
export const INDEXING = 'vault.index'

/** What the register says of an envelope beside what the envelope says itself. */
export type Filing = Partial<
  Pick<VaultEntryTable, 'origin' | 'kind' | 'folderId' | 'scopeId' | 'amount' | 'currency' | 'classId' | 'dueAt'>
>

/** What the register is sorted by. */
export const sortKey = (text: string): string => folded(text).slice(0, 120)

/** What stands in the register about a finished envelope, as its own rows have it. */
export async function registerFacts(db: Db, envelopeId: string) {
  const envelope = await db
    .selectFrom('envelope')
    .leftJoin('template', 'template.id', 'envelope.templateId')
    .select(['senderId', 'title', 'completedAt', 'template.name as kind'])
    .where('envelope.id', '=', envelopeId)
    .where('status', '=', 'completed')
    .executeTakeFirst()
  if (!envelope?.completedAt) return null
  const people = await db
    .selectFrom('recipient')
    .select(['firstName', 'lastName', 'company', 'side', 'userId'])
    .where('envelopeId', '=', envelopeId)
    .orderBy('routingOrder')
    .orderBy('position')
    .orderBy('id')
    .execute()
  const names = people.map(({ firstName, lastName, company, side }) => ({ name: `${firstName} ${lastName}`.trim(), company, side }))
  const revisions = await db
    .selectFrom('revision')
    .innerJoin('document', 'document.id', 'revision.documentId')
    .select(['revision.documentId', 'revision.size'])
    .where('document.envelopeId', '=', envelopeId)
    .orderBy('revision.number')
    .execute()
  const sizes = new Map(revisions.map(({ documentId, size }) => [documentId, size]))
  const last = await db
    .selectFrom('annulment')
    .select('kind')
    .where('envelopeId', '=', envelopeId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  const held = await db
    .selectFrom('legalHold')
    .select('id')
    .where('envelopeId', '=', envelopeId)
    .where('liftedAt', 'is', null)
    .executeTakeFirst()
  const title = envelope.title.trim()
  return {
    row: {
      ownerId: envelope.senderId,
      completedAt: envelope.completedAt,
      title,
      titleKey: sortKey(title),
      parties: names.map(({ name, company }) => [name, company].filter(Boolean).join(' · ')).join('\n'),
      partyKey: sortKey((names.find(({ side }) => side === 'other') ?? names[0])?.name ?? ''),
      size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
      stage: last?.kind === 'annulled' ? ('annulled' as const) : ('in-force' as const),
      isHeld: held ? 1 : 0,
    },
    kind: envelope.kind ?? '',
    persons: [...new Set([envelope.senderId, ...people.flatMap(({ userId }) => userId ?? [])])],
  }
}

/**
 * Writes a finished envelope into the vault's register, or what has changed of it, in the transaction of the change. Its words are taken into the
 * index by a job that is ordered with it.
 */
export async function fileInVault(tx: Tx, at: Instant, envelopeId: string, filing: Filing = {}): Promise<void> {
  const facts = await registerFacts(tx, envelopeId)
  if (!facts) throw new Error(`the envelope ${envelopeId} is not finished`)
  const known = await tx.selectFrom('vaultEntry').select('seq').where('envelopeId', '=', envelopeId).executeTakeFirst()
  let seq = known?.seq
  if (seq === undefined) {
    const added = await tx
      .insertInto('vaultEntry')
      .values({
        envelopeId,
        folderId: null,
        scopeId: null,
        origin: 'issued',
        kind: facts.kind,
        amount: null,
        currency: '',
        classId: null,
        dueAt: null,
        indexedAt: null,
        indexFailure: null,
        disposedAt: null,
        ...facts.row,
        ...filing,
      })
      .returning('seq')
      .executeTakeFirstOrThrow()
    seq = added.seq
  } else
    await tx
      .updateTable('vaultEntry')
      .set({ ...facts.row, ...filing, indexedAt: null })
      .where('seq', '=', seq)
      .execute()
  await tx.deleteFrom('vaultPerson').where('seq', '=', seq).execute()
  const { completedAt } = facts.row
  await tx
    .insertInto('vaultPerson')
    .values(facts.persons.map((userId) => ({ userId, completedAt, seq })))
    .execute()
  await enqueue(tx, at, { kind: INDEXING, payload: { envelope: envelopeId }, key: `${INDEXING} ${envelopeId}` })
}

/** What was said of it afterwards, and what its files take: nothing that the index of words holds. */
export async function refreshInVault(tx: Tx, envelopeId: string): Promise<void> {
  const facts = await registerFacts(tx, envelopeId)
  if (!facts) return
  const { stage, isHeld, size } = facts.row
  await tx.updateTable('vaultEntry').set({ stage, isHeld, size }).where('envelopeId', '=', envelopeId).execute()
}
