import type { RecipientAct } from '../audit/act.ts'
import { openAuthority } from '../authority/authority.ts'
import type { Digest } from '../base/digest.ts'
import { failpoint } from '../base/failpoint.ts'
import { SECOND } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { baseOf, headRevision } from '../envelope/revisions.ts'
import { actingRecipient, certificateEnd, recordSignature } from '../envelope/signature.ts'
import { nameOf } from '../envelope/telling.ts'
import type { Revision } from '../seal/revision.ts'
import { type Signatory, signFrozen } from '../seal/signing.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { type Ceremony, type CeremonyTools, identified } from './ceremony.ts'
import { refuseLostStamp } from './marks.ts'
import { findPreview } from './preview.ts'

/**
 * Signs what was shown, all documents or none. The signatures are made and stored first; one transaction then records them. A person is told
 * that it is done only after that commit: a crash before it leaves nothing, a crash after it loses nothing.
 */
export async function confirm(tools: CeremonyTools, act: RecipientAct, ceremony: Ceremony, confirmed: string): Promise<void> {
  const { db, config, keys, clock } = tools
  if (ceremony.step === 'signed') throw new Refusal('conflict', 'signature.already-given')
  if (!ceremony.session?.verifiedAt) throw new Refusal('forbidden', 'ceremony.not-identified')
  const preview = await findPreview(db, ceremony, act.at)
  if (!preview || preview.confirmed !== confirmed) throw new Refusal('conflict', 'signature.document-moved-on')
  if (keys.isLocked()) throw new Refusal('unavailable', 'authority.locked')
  // Asked before keys are made, and once more in the transaction that records.
  const { recipient, envelope } = await actingRecipient(db, act, ceremony.recipient.id)
  await refuseLostStamp(db, ceremony)
  const sealTools = { db, config, authority: await openAuthority({ db, keys, clock }) }
  const signatory = {
    recipientId: recipient.id,
    subject: await subjectOf(tools, ceremony),
    notAfter: certificateEnd(envelope, act.at),
    ...(recipient.email ? { email: recipient.email } : {}),
  }
  if (!(await claimPreview(tools, act, ceremony, preview.confirmed))) return waitForTheOther(tools, recipient.id)
  const revisions = new Map<string, Revision>()
  for (const { document } of preview.documents) {
    const head = await headRevision(db, document.id)
    const frozen = preview.frozen.get(document.id)
    if (!head || !frozen) throw new Refusal('conflict', 'signature.document-moved-on')
    failpoint('ceremony.before-sign')
    revisions.set(document.id, await signFrozen(sealTools, baseOf(head), frozen, frozen.digest as Digest, signatory))
    failpoint('ceremony.after-sign')
  }
  await db.transaction().execute(async (tx) => {
    await identified(tx, act.at, ceremony)
    await refuseLostStamp(tx, ceremony)
    await recordSignature(tx, act, { recipientId: recipient.id, revisions })
    failpoint('ceremony.before-commit')
  })
  failpoint('ceremony.after-commit')
  tools.wake()
}

/**
 * Of two who confirm the same preview at once (a button pressed twice) one takes it. What was taken is not offered again: the next preview has
 * certificates of its own, so that nothing that broke off stands in the way of another try.
 */
async function claimPreview({ db }: CeremonyTools, act: RecipientAct, ceremony: Ceremony, confirmed: string): Promise<boolean> {
  const digests = confirmed.split('.') as Digest[]
  return db.transaction().execute(async (tx) => {
    await identified(tx, act.at, ceremony)
    const { numDeletedRows } = await tx
      .deleteFrom('frozenRevision')
      .where('recipientId', '=', ceremony.recipient.id)
      .where('digest', 'in', digests)
      .executeTakeFirst()
    return Number(numDeletedRows) === digests.length
  })
}

const PATIENCE = 10 * SECOND

/** The other one is told first; then this one learns the same. */
async function waitForTheOther({ db }: CeremonyTools, recipientId: string): Promise<never> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await Bun.sleep(100)) {
    const row = await db.selectFrom('recipient').select('status').where('id', '=', recipientId).executeTakeFirst()
    if (row?.status === 'signed') throw new Refusal('conflict', 'signature.already-given')
  }
  throw new Refusal('conflict', 'signature.document-moved-on')
}

/** The person as the sender named them and the code identified them. */
async function subjectOf({ db }: CeremonyTools, { recipient, envelope }: Ceremony): Promise<Signatory['subject']> {
  const company = recipient.side === 'company' ? (await findLegalEntity(db, envelope.legalEntityId)).legalName : recipient.company
  const { firstName, lastName, jobTitle } = recipient
  return {
    commonName: nameOf(recipient),
    ...(company ? { organization: company } : {}),
    ...(jobTitle ? { title: jobTitle } : {}),
    ...(firstName ? { givenName: firstName } : {}),
    ...(lastName ? { surname: lastName } : {}),
  }
}
