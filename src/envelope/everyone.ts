import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Db } from '../db/open.ts'
import { findEnvelopeFor } from './envelope.ts'

/** Available to everyone in the house whose right reaches what is so; or to nobody but those who had a right to it anyway. */
export function showToEveryone(db: Db, act: UserAct, reader: Reader, id: string, isPublic: boolean): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await findEnvelopeFor(tx, reader, id, 'edit')
    const { numUpdatedRows } = await tx
      .updateTable('envelope')
      .set({ isPublic: isPublic ? 1 : 0 })
      .where('id', '=', id)
      .where('isPublic', '=', isPublic ? 0 : 1)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 1n)
      await append(tx, act, { type: isPublic ? 'envelope.opened-to-all' : 'envelope.kept-to-some', envelopeId: id })
  })
}
