import type { RecipientAct } from '../audit/act.ts'
import { Refusal } from '../base/refusal.ts'
import { actingRecipient, recordDecline } from '../envelope/signature.ts'
import { type Ceremony, type CeremonyTools, recordOpeningIn, startCeremonySession } from './ceremony.ts'

const LONGEST = 1_000

/**
 * One no ends it for everybody. The link is enough to say no; where the sender's device or system holds it the code is asked first, or they could decline in
 * another's name. The session shows what was done.
 */
export async function decline(
  tools: CeremonyTools,
  act: RecipientAct,
  ceremony: Ceremony,
  typed: string,
): Promise<{ session: string | null }> {
  const reason = typed.toWellFormed().trim().slice(0, LONGEST)
  if (!reason) throw new Refusal('invalid', 'envelope.reason-missing')
  const isHeldByAnother = ceremony.invitation.inPerson === 1 || ceremony.invitation.embedded === 1
  if (isHeldByAnother && !ceremony.session?.verifiedAt) throw new Refusal('forbidden', 'ceremony.not-identified')
  const session = await tools.db.transaction().execute(async (tx) => {
    const acting = await actingRecipient(tx, act, ceremony.recipient.id)
    await recordOpeningIn(tx, act, acting)
    const begun = ceremony.session ? null : await startCeremonySession(tx, act, ceremony)
    await recordDecline(tx, act, { recipientId: ceremony.recipient.id, reason })
    return begun?.token ?? null
  })
  tools.wake()
  return { session }
}
