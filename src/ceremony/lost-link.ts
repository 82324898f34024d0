import { attemptsIn, bucketOf, recordAttempt } from '../access/attempts.ts'
import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { type Clock, HOUR } from '../base/instant.ts'
import { readPhoneNumber } from '../base/phone-number.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { findEnvelope, type Recipient } from '../envelope/envelope.ts'
import { sendFreshLink } from '../envelope/link-renewal.ts'
import { tellRecipient } from '../envelope/telling.ts'
import { liveVaultLinks } from '../envelope/vault-link.ts'
import { enqueue } from '../jobs/queue.ts'

/** The job that looks whether something waits for an address that somebody typed. */
export const LINK_ASKED = 'link.asked'

const ASKED_AN_HOUR = { address: 5, ip: 30 }
const MOST_LINKS = 10

interface Tools {
  readonly db: Db
  readonly secretKey: SecretKey
  readonly wake: () => void
}

/**
 * Somebody without a link that works typed an address. Nothing is looked up here: known or not, the answer takes as long and says the same.
 * Past the limits nothing is queued, and the answer is still the same.
 */
export async function askForLink({ db, secretKey, wake }: Tools, act: Act, typed: string): Promise<void> {
  const address = readEmailAddress(typed)?.toLowerCase() ?? readPhoneNumber(typed)
  const buckets = [
    { bucket: bucketOf(secretKey, 'lost-link', address ?? ''), most: ASKED_AN_HOUR.address },
    { bucket: bucketOf(secretKey, 'lost-link-ip', act.ip ?? ''), most: ASKED_AN_HOUR.ip },
  ]
  const counts = await Promise.all(buckets.map(({ bucket }) => attemptsIn(db, bucket, act.at, HOUR)))
  for (const { bucket } of buckets) await recordAttempt(db, bucket, act.at)
  if (!address || counts.some(({ count }, at) => count >= buckets[at]!.most)) return
  await db.transaction().execute((tx) => enqueue(tx, act.at, { kind: LINK_ASKED, payload: { address } }))
  wake()
}

/** The job: a fresh link for each document that waits for this address, and for each finished one whose link still works. */
export async function sendAskedLinks({ db, clock }: { readonly db: Db; readonly clock: Clock }, address: string): Promise<void> {
  const at = clock()
  const act = systemAct(at)
  await db.transaction().execute(async (tx) => {
    const recipients: Recipient[] = await tx
      .selectFrom('recipient')
      .selectAll()
      .where((where) => where.or([where(where.fn('lower', ['email']), '=', address), where('phone', '=', address)]))
      .execute()
    let sent = 0
    for (const recipient of recipients) {
      if (sent >= MOST_LINKS) return
      const envelope = await findEnvelope(tx, recipient.envelopeId)
      const waits = recipient.status === 'invited' && envelope.status === 'sent' && (!envelope.deadline || envelope.deadline > at)
      if (waits) {
        await append(tx, act, { type: 'ceremony.link-asked', envelopeId: envelope.id, detail: { recipient: recipient.id } })
        await sendFreshLink(tx, act, envelope, recipient, 'fresh-link')
        sent++
      }
      if (envelope.status !== 'completed') continue
      for (const link of await liveVaultLinks(tx, recipient.id, at)) {
        await tx
          .updateTable('vaultLink')
          .set({ generation: link.generation + 1 })
          .where('id', '=', link.id)
          .execute()
        await tellRecipient(tx, act, 'completed', envelope, recipient, { link: link.id })
        sent++
      }
    }
  })
}
