import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { mayMove } from './moving.ts'
import { reachOf } from './reach.ts'
import { seenRow } from './register.ts'
import { reckon } from './retention.ts'

/** By the same people who may move it. */
export async function mayDescribe(db: Db, reader: Reader, envelopeId: string): Promise<boolean> {
  return mayMove(await reachOf(db, reader), await seenRow(db, reader, envelopeId))
}

/** What people say of a document that it does not say itself. `amount` in hundredths. */
export async function describeEntry(
  db: Db,
  act: UserAct,
  reader: Reader,
  envelopeId: string,
  { kind, amount, currency }: { readonly kind: string; readonly amount: number | null; readonly currency: string },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await seenRow(tx, reader, envelopeId)
    if (!(await mayDescribe(tx, reader, envelopeId))) throw new Refusal('forbidden', 'access.forbidden')
    const kept = { kind: kind.trim(), amount, currency: amount === null ? '' : currency }
    if (row.kind === kept.kind && row.amount === kept.amount && row.currency === kept.currency) return
    await tx.updateTable('vaultEntry').set(kept).where('seq', '=', row.seq).execute()
    await reckon(tx, row.seq, row.seq)
    await append(tx, act, {
      type: 'vault.described',
      envelopeId,
      detail: { amount, currency: kept.currency },
      clear: { kind: kept.kind || '–' },
    })
  })
}
