import type { Act } from '../audit/act.ts'
import { base64url, equalBytes, utf8 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { type Instant } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { InvitationRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import type { Envelope, Recipient } from './envelope.ts'

/** A recipient's way in. Its secret is derived from a key outside the database and never stored. */
export type Invitation = InvitationRow

interface Shape {
  readonly inPerson: boolean
  readonly embedded: boolean
  readonly expiresAt: Instant | null
}

/** A new generation; the links before it stop working. One opened in person or shown inside another page stands beside the link, and does not end it. */
export async function createInvitation(
  tx: Tx,
  act: Act,
  recipient: Pick<Recipient, 'id'>,
  envelope: Pick<Envelope, 'deadline'>,
  { inPerson = false, embedded = false, expiresAt = envelope.deadline }: Partial<Shape> = {},
): Promise<Invitation> {
  const last = await tx
    .selectFrom('invitation')
    .select((select) => select.fn.max('generation').as('generation'))
    .where('recipientId', '=', recipient.id)
    .executeTakeFirst()
  if (!inPerson && !embedded) await revokeInvitations(tx, act, [recipient.id])
  const invitation: Invitation = {
    id: newId('inv'),
    recipientId: recipient.id,
    generation: (last?.generation ?? 0) + 1,
    createdAt: act.at,
    expiresAt,
    revokedAt: null,
    handedOverAt: null,
    inPerson: Number(inPerson),
    embedded: Number(embedded),
  }
  await tx.insertInto('invitation').values(invitation).execute()
  return invitation
}

export async function revokeInvitations(tx: Tx, act: Act, recipientIds: readonly string[]): Promise<void> {
  if (!recipientIds.length) return
  await tx
    .updateTable('invitation')
    .set({ revokedAt: act.at })
    .where('recipientId', 'in', recipientIds)
    .where('revokedAt', 'is', null)
    .execute()
}

/** The link that works now, if there is one. */
export async function currentInvitation(db: Db, recipientId: string, at: Instant): Promise<Invitation | null> {
  const row = await db
    .selectFrom('invitation')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .where('inPerson', '=', 0)
    .where('embedded', '=', 0)
    .where('revokedAt', 'is', null)
    .orderBy('generation', 'desc')
    .executeTakeFirst()
  return row && !isOver(row, at) ? row : null
}

export const invitationSecret = (secretKey: SecretKey, invitation: Pick<Invitation, 'id' | 'generation'>): string =>
  base64url(secretKey.authenticate('invitation', invitation.id, String(invitation.generation)))

/** What stands behind `/s/` in the link. */
export const invitationToken = (secretKey: SecretKey, invitation: Pick<Invitation, 'id' | 'generation'>): string =>
  `${invitation.id}.${invitationSecret(secretKey, invitation)}`

export const invitationUrl = (publicOrigin: string, secretKey: SecretKey, invitation: Pick<Invitation, 'id' | 'generation'>): string =>
  `${publicOrigin}/s/${invitationToken(secretKey, invitation)}`

/** Null for what is forged, unknown, revoked or expired alike: nobody learns which. Changes nothing. */
export async function redeem(db: Db, secretKey: SecretKey, token: string, at: Instant): Promise<Invitation | null> {
  const [id = '', secret = '', ...rest] = token.split('.')
  if (rest.length || !/^inv_[0-9a-z]{20}$/.test(id)) return null
  const row = await db.selectFrom('invitation').selectAll().where('id', '=', id).executeTakeFirst()
  const expected = invitationSecret(secretKey, row ?? { id, generation: 0 })
  if (!equalBytes(utf8(secret), utf8(expected)) || !row || isOver(row, at)) return null
  return row
}

/** By its id, for a browser that has redeemed it before; the ceremony's own cookie proves that. */
export async function findInvitation(db: Db, id: string, at: Instant): Promise<Invitation | null> {
  const row = await db.selectFrom('invitation').selectAll().where('id', '=', id).executeTakeFirst()
  return row && !isOver(row, at) ? row : null
}

const isOver = (invitation: Invitation, at: Instant): boolean =>
  invitation.revokedAt !== null || (invitation.expiresAt !== null && invitation.expiresAt <= at)
