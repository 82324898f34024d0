import type { Reader } from '../access/reach.ts'
import type { User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { invitedRecipient } from './acting.ts'
import { createInvitation, currentInvitation, type Invitation, invitationSecret } from './invitation.ts'
import { nameOf } from './telling.ts'

interface Tools {
  readonly db: Db
  readonly secretKey: SecretKey
}
export interface OpenedHere {
  readonly invitation: Invitation
  readonly secret: string
}

/**
 * The recipient signs on the sender's device. The browser is let in without the link being shown; the code still goes to the recipient's own
 * channel; the record says "in person". The link that was sent goes on to work.
 */
export function openInPerson(
  { db, secretKey }: Tools,
  act: UserAct,
  user: Reader,
  envelopeId: string,
  recipientId: string,
): Promise<OpenedHere> {
  return db.transaction().execute(async (tx) => {
    const { envelope, recipient } = await invitedRecipient(tx, user, envelopeId, recipientId)
    const invitation = await createInvitation(tx, act, recipient, envelope, { inPerson: true })
    await append(tx, act, {
      type: 'invitation.in-person',
      envelopeId,
      detail: { recipient: recipientId },
      clear: { name: nameOf(recipient) },
    })
    return { invitation, secret: invitationSecret(secretKey, invitation) }
  })
}

/** Somebody of the house opens what waits for themselves: their own link, without its going through the mail. */
export async function openOwn({ db, secretKey }: Tools, act: UserAct, user: Pick<User, 'id'>, recipientId: string): Promise<OpenedHere> {
  const recipient = await db
    .selectFrom('recipient')
    .selectAll()
    .where('id', '=', recipientId)
    .where('userId', '=', user.id)
    .executeTakeFirst()
  if (!recipient) throw new Refusal('not_found', 'recipient.unknown')
  const invitation = await currentInvitation(db, recipient.id, act.at)
  if (!invitation || recipient.status !== 'invited') throw new Refusal('conflict', 'recipient.not-their-turn')
  return { invitation, secret: invitationSecret(secretKey, invitation) }
}
