import type { RecipientAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import { nameOf } from '../envelope/telling.ts'
import type { Ceremony, CeremonyTools } from './ceremony.ts'

/**
 * The recipient gives the device back to whoever lent it: their session and this way in end, so that nobody goes on in their name. What was
 * filled in stays, and the link that was sent to them goes on to work.
 */
export function handBack(
  { db }: Pick<CeremonyTools, 'db'>,
  act: RecipientAct,
  { invitation, recipient, envelope }: Ceremony,
): Promise<void> {
  if (invitation.inPerson !== 1) throw new Refusal('not_found', 'page.not-found')
  return db.transaction().execute(async (tx) => {
    await tx
      .updateTable('ceremonySession')
      .set({ endedAt: act.at })
      .where('invitationId', '=', invitation.id)
      .where('endedAt', 'is', null)
      .execute()
    await tx.updateTable('invitation').set({ revokedAt: act.at }).where('id', '=', invitation.id).where('revokedAt', 'is', null).execute()
    await append(tx, act, {
      type: 'ceremony.handed-back',
      envelopeId: envelope.id,
      detail: { recipient: recipient.id },
      clear: { name: nameOf(recipient) },
    })
  })
}
