import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import type { Db } from '../db/open.ts'
import { companyDetailsOf, findLegalEntity } from '../setting/legal-entity.ts'
import { changingDraft } from './drafting.ts'
import { listRecipients } from './envelope.ts'

/** Sends a draft in the name of another of the company's legal entities; its own people sign for that one from now on. */
export function chooseLegalEntity(db: Db, act: UserAct, owner: Reader, envelopeId: string, legalEntityId: string): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx, draft) => {
    const entity = await findLegalEntity(tx, legalEntityId)
    const before = await findLegalEntity(tx, draft.legalEntityId)
    await tx.updateTable('envelope').set({ legalEntityId }).where('id', '=', envelopeId).execute()
    for (const { id, side, company } of await listRecipients(tx, envelopeId))
      if (side === 'company' && company === before.legalName)
        await tx
          .updateTable('recipient')
          .set({ company: entity.legalName, companyDetails: companyDetailsOf(entity) })
          .where('id', '=', id)
          .execute()
  })
}
