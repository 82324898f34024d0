import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import type { Selectable } from 'kysely'
import type { VaultFaultTable } from '../db/database.ts'
import type { Db } from '../db/open.ts'

export type Fault = Selectable<VaultFaultTable>
export interface Finding extends Pick<Fault, 'kind' | 'subject' | 'detail' | 'envelopeId' | 'documentId'> {}

/** Records what is wrong, once for as long as it lasts. Answers whether it is new. */
export async function noteFault(db: Db, act: Act, finding: Finding): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const known = await tx
      .selectFrom('vaultFault')
      .select('id')
      .where('subject', '=', finding.subject)
      .where('kind', '=', finding.kind)
      .where('resolvedAt', 'is', null)
      .executeTakeFirst()
    if (known) {
      await tx.updateTable('vaultFault').set({ seenAt: act.at, detail: finding.detail }).where('id', '=', known.id).execute()
      return false
    }
    await tx
      .insertInto('vaultFault')
      .values({ id: newId('flt'), ...finding, foundAt: act.at, seenAt: act.at, toldAt: null, resolvedAt: null })
      .execute()
    await append(tx, act, {
      type: 'vault.fault-found',
      ...(finding.envelopeId ? { envelopeId: finding.envelopeId } : {}),
      detail: { kind: finding.kind, subject: finding.subject, why: finding.detail },
    })
    return true
  })
}

/** What was looked at again and is in order is told as put right. */
export async function noteInOrder(db: Db, act: Act, kind: Fault['kind'], subject: string): Promise<void> {
  const open = await db
    .selectFrom('vaultFault')
    .select(['id', 'envelopeId'])
    .where('subject', '=', subject)
    .where('kind', '=', kind)
    .where('resolvedAt', 'is', null)
    .executeTakeFirst()
  if (!open) return
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('vaultFault').set({ resolvedAt: act.at }).where('id', '=', open.id).execute()
    await append(tx, act, {
      type: 'vault.fault-resolved',
      ...(open.envelopeId ? { envelopeId: open.envelopeId } : {}),
      detail: { kind, subject },
    })
  })
}

export const countFaults = async (db: Db): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('vaultFault')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('resolvedAt', 'is', null)
        .executeTakeFirstOrThrow()
    ).count,
  )

export interface ShownFault extends Fault {
  readonly title: string | null
  readonly publicId: string | null
}

const MOST_SHOWN = 200

/** What is wrong now, newest first, with the documents that it is about. */
export async function listFaults(db: Db): Promise<ShownFault[]> {
  return db
    .selectFrom('vaultFault')
    .leftJoin('envelope', 'envelope.id', 'vaultFault.envelopeId')
    .leftJoin('document', 'document.id', 'vaultFault.documentId')
    .selectAll('vaultFault')
    .select(['envelope.title', 'document.documentId as publicId'])
    .where('resolvedAt', 'is', null)
    .orderBy('foundAt', 'desc')
    .limit(MOST_SHOWN)
    .execute()
}
