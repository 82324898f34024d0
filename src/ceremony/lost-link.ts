import { attemptsIn, bucketOf, networkOf, recordAttempt } from '../access/attempts.ts'
import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { type Clock, HOUR } from '../base/instant.ts'
import { readPhoneNumber } from '../base/phone-number.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { findEnvelope, type Recipient } from '../envelope/envelope.ts'
import { currentInvitation } from '../envelope/invitation.ts'
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
 * Past the limits nothing is queued, and the answer is still the same. The address stands in the job under the key outside the database.
 */
export async function askForLink({ db, secretKey, wake }: Tools, act: Act, typed: string): Promise<void> {
  const address = readEmailAddress(typed)?.toLowerCase() ?? readPhoneNumber(typed)
  const own = bucketOf(secretKey, 'lost-link', address ?? '')
  const buckets = [
    { bucket: own, most: ASKED_AN_HOUR.address },
    { bucket: bucketOf(secretKey, 'lost-link-ip', networkOf(act.ip)), most: ASKED_AN_HOUR.ip },
  ]
  await db.transaction().execute(async (tx) => {
    let isTooOften = false
    for (const { bucket, most } of buckets) {
      isTooOften ||= (await attemptsIn(tx, bucket, act.at, HOUR)).count >= most
      await recordAttempt(tx, bucket, act.at)
    }
    if (!address || isTooOften) return
    const sealed = base64(secretKey.seal('lost-link', LINK_ASKED, utf8(address)))
    await enqueue(tx, act.at, { kind: LINK_ASKED, payload: { sealed }, key: `${LINK_ASKED} ${own}` })
  })
  wake()
}

/**
 * The job: the link of each document that waits for this address, and of each finished one whose link still works. They are the links that work
 * already: whoever knows an address must not be able to end what its owner is doing with them.
 */
export async function sendAskedLinks(
  { db, clock, secretKey }: { readonly db: Db; readonly clock: Clock; readonly secretKey: SecretKey },
  sealed: string,
): Promise<void> {
  const at = clock()
  const act = systemAct(at)
  const address = fromUtf8(secretKey.open('lost-link', LINK_ASKED, fromBase64(sealed)))
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
      if (recipient.status === 'invited' && envelope.status === 'sent' && (await currentInvitation(tx, recipient.id, at))) {
        await append(tx, act, { type: 'ceremony.link-asked', envelopeId: envelope.id, detail: { recipient: recipient.id } })
        await tellRecipient(tx, act, 'fresh-link', envelope, recipient)
        sent++
      }
      if (envelope.status !== 'completed') continue
      const [link] = await liveVaultLinks(tx, recipient.id, at)
      if (!link) continue
      await tellRecipient(tx, act, 'completed', envelope, recipient, { link: link.id })
      sent++
    }
  })
}
