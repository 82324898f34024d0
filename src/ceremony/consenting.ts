import type { RecipientAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { nameOf } from '../envelope/telling.ts'
import { currentDisclosure, type Disclosure, disclosureInForce } from '../setting/disclosure.ts'
import { type Ceremony, type CeremonyTools, recordOpeningIn, startCeremonySession } from './ceremony.ts'
import { issueCode, liveCode } from './one-time-code.ts'

/** What the recipient is to accept, in the language in which they read the page. */
export const currentTerms = (db: Db, { recipient }: Pick<Ceremony, 'recipient'>, language = recipient.language): Promise<Disclosure> =>
  currentDisclosure(db, language)

/**
 * The recipient accepts the very terms that they were shown; a session begins and the first code is sent, all in one commit. Where a code is
 * on its way in this browser already, that one counts.
 */
export async function consent(
  tools: CeremonyTools,
  act: RecipientAct,
  ceremony: Ceremony,
  disclosureId: string,
): Promise<{ session: string | null }> {
  const terms = await disclosureInForce(tools.db, disclosureId)
  if (!terms) throw new Refusal('conflict', 'ceremony.terms-changed')
  const token = await tools.db.transaction().execute(async (tx) => {
    const { recipient, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    await recordOpeningIn(tx, act, { recipient, envelope })
    await tx
      .updateTable('recipient')
      .set({ consentedAt: act.at, consentDisclosureId: terms.id })
      .where('id', '=', recipient.id)
      .where('status', '=', 'invited')
      // What stands on the certificate is the consent of whoever then entered the code; a holder of the link alone writes nothing over it.
      .where('identifiedAt', 'is', null)
      .execute()
    await append(tx, act, {
      type: 'ceremony.consented',
      envelopeId: envelope.id,
      detail: { recipient: recipient.id, version: terms.version, language: terms.language, digest: terms.digest },
      clear: { name: nameOf(recipient) },
    })
    if (ceremony.session && (await liveCode(tx, act.at, ceremony.session.id))) return null
    const { session, token } = await startCeremonySession(tx, act, ceremony)
    await issueCode(tx, tools, act, { recipient, envelope, session })
    return token
  })
  tools.wake()
  return { session: token }
}
