import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { HOUR, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import { invitedRecipient } from './acting.ts'
import { createInvitation, invitationUrl } from './invitation.ts'
import { nameOf } from './telling.ts'

/** A page that shows a signature has asked for it just now. */
const LIFE = 24 * HOUR

/**
 * A link for a page of another system that shows the signing inside it. It lives for a day and stands beside the link that was sent; the code still
 * goes to the recipient's own channel, so whoever asks for it can read and not sign. Refused where no page is allowed to show it.
 */
export function openEmbedded(
  { db, secretKey }: { readonly db: Db; readonly secretKey: SecretKey },
  act: UserAct,
  user: Reader,
  { envelopeId, recipientId, publicOrigin }: { readonly envelopeId: string; readonly recipientId: string; readonly publicOrigin: string },
): Promise<{ readonly url: string; readonly expiresAt: Instant; readonly origins: readonly string[] }> {
  return db.transaction().execute(async (tx) => {
    const { envelope, recipient } = await invitedRecipient(tx, user, envelopeId, recipientId)
    const { origins } = await readSetting(tx, 'embedding')
    if (!origins.length) throw new Refusal('conflict', 'embedding.nowhere')
    const day = later(act.at, LIFE)
    const expiresAt = envelope.deadline && envelope.deadline < day ? envelope.deadline : day
    const invitation = await createInvitation(tx, act, recipient, envelope, { embedded: true, expiresAt })
    await append(tx, act, {
      type: 'invitation.embedded',
      envelopeId,
      detail: { recipient: recipientId },
      clear: { name: nameOf(recipient) },
    })
    return { url: invitationUrl(publicOrigin, secretKey, invitation), expiresAt, origins }
  })
}
