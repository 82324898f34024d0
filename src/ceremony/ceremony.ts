import type { RecipientAct } from '../audit/act.ts'
import { append, sha256 } from '../audit/trail.ts'
import type { KeyStore } from '../authority/key-store.ts'
import { base64url, equalBytes, randomBytes, utf8 } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { type Clock, HOUR, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { CeremonySessionRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Document, type Envelope, findEnvelope, listDocuments, type Recipient } from '../envelope/envelope.ts'
import { type Invitation, invitationSecret, redeem } from '../envelope/invitation.ts'
import { shownDigest } from '../envelope/page-images.ts'
import { nameOf, tellSender } from '../envelope/telling.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'

export interface CeremonyTools {
  readonly db: Db
  readonly config: Config
  readonly secretKey: SecretKey
  readonly keys: KeyStore
  readonly clock: Clock
  readonly wake: () => void
}

export type CeremonySession = CeremonySessionRow

/** Where a recipient stands: reading before the terms, asked for the code, filling in, or through. */
export type CeremonyStep = 'reading' | 'code' | 'filling' | 'signed' | 'declined'

/** One recipient's path through their documents, in one browser. */
export interface Ceremony {
  readonly invitation: Invitation
  readonly recipient: Recipient
  readonly envelope: Envelope
  readonly sender: { readonly name: string; readonly email: string }
  readonly company: { readonly name: string; readonly logoDigest: Digest | null }
  /** `shown`: what their pages are drawn from now. */
  readonly documents: readonly (Document & { readonly shown: Digest })[]
  /** Null before the terms were accepted in this browser. */
  readonly session: CeremonySession | null
  readonly step: CeremonyStep
}

/** An hour without a step; then the code is asked for again. What was filled in stays. */
export const SESSION_IDLE = HOUR

/** The link as it stands in a message. Null for forged, unknown, revoked and expired alike. Changes nothing. */
export async function redeemLink(
  { db, secretKey }: Pick<CeremonyTools, 'db' | 'secretKey'>,
  at: Instant,
  token: string,
): Promise<{ invitation: Invitation; secret: string } | null> {
  const invitation = await redeem(db, secretKey, token, at)
  return invitation && { invitation, secret: token.slice(token.indexOf('.') + 1) }
}

/**
 * The ceremony that this browser may see: it holds the link's secret, or a session that the link began. Null for everything else alike. A
 * recipient who is through sees where they stand as long as their session lives; after that the link is used. Changes nothing.
 */
export async function findCeremony(
  { db, secretKey }: Pick<CeremonyTools, 'db' | 'secretKey'>,
  at: Instant,
  held: { readonly invitationId: string; readonly secret: string | undefined; readonly session: string | undefined },
): Promise<Ceremony | null> {
  if (!/^inv_[0-9a-z]{20}$/.test(held.invitationId)) return null
  const invitation = await db.selectFrom('invitation').selectAll().where('id', '=', held.invitationId).executeTakeFirst()
  const expected = invitationSecret(secretKey, invitation ?? { id: held.invitationId, generation: 0 })
  if (!invitation || !equalBytes(utf8(held.secret ?? ''), utf8(expected))) return null
  const recipient = await db.selectFrom('recipient').selectAll().where('id', '=', invitation.recipientId).executeTakeFirstOrThrow()
  const envelope = await findEnvelope(db, recipient.envelopeId)
  const session = held.session ? await liveSession(db, invitation.id, held.session, at) : null
  const isThrough = recipient.status === 'signed' || recipient.status === 'declined'
  if (isThrough && !session) return null
  // Of what was taken back or came to nothing, the one who declined sees that; nobody else sees anything more.
  if (recipient.status === 'signed' && !['sent', 'sealing', 'completed'].includes(envelope.status)) return null
  if (!isThrough) {
    const isOver = invitation.revokedAt !== null || (invitation.expiresAt !== null && invitation.expiresAt <= at)
    if (isOver || envelope.status !== 'sent' || recipient.status !== 'invited') return null
  }
  const [documents, entity, sender] = await Promise.all([
    listDocuments(db, envelope.id),
    findLegalEntity(db, envelope.legalEntityId),
    db.selectFrom('user').select(['firstName', 'lastName', 'email']).where('id', '=', envelope.senderId).executeTakeFirst(),
  ])
  return {
    invitation,
    recipient,
    envelope,
    sender: { name: sender ? nameOf(sender) : entity.legalName, email: sender?.email ?? '' },
    company: { name: entity.legalName, logoDigest: entity.logoDigest },
    documents: await Promise.all(documents.map(async (document) => ({ ...document, shown: await shownDigest(db, document) }))),
    session,
    step: stepOf(recipient, session),
  }
}

function stepOf(recipient: Pick<Recipient, 'status'>, session: CeremonySession | null): CeremonyStep {
  if (recipient.status === 'signed' || recipient.status === 'declined') return recipient.status
  if (!session) return 'reading'
  return session.verifiedAt ? 'filling' : 'code'
}

const tokenHash = (token: string): Digest => digestOf(sha256(utf8(token)))

async function liveSession(db: Db, invitationId: string, token: string, at: Instant): Promise<CeremonySession | null> {
  const row = await db
    .selectFrom('ceremonySession')
    .selectAll()
    .where('tokenHash', '=', tokenHash(token))
    .where('invitationId', '=', invitationId)
    .where('endedAt', 'is', null)
    .executeTakeFirst()
  return row && at < later(row.lastSeenAt, SESSION_IDLE) ? row : null
}

/** Under a token of 256 bits of which the hash alone is kept. */
export async function startCeremonySession(
  tx: Tx,
  act: RecipientAct,
  ceremony: Pick<Ceremony, 'invitation' | 'recipient'>,
): Promise<{ session: CeremonySession; token: string }> {
  const token = base64url(randomBytes(32))
  const session: CeremonySession = {
    id: newId('cse'),
    tokenHash: tokenHash(token),
    invitationId: ceremony.invitation.id,
    recipientId: ceremony.recipient.id,
    createdAt: act.at,
    lastSeenAt: act.at,
    verifiedAt: null,
    endedAt: null,
    ip: act.ip,
    userAgent: act.userAgent?.slice(0, 300) ?? null,
  }
  await tx.insertInto('ceremonySession').values(session).execute()
  return { session, token }
}

/** The session goes on under a new token: the one before the code is worth nothing any more. */
export async function verifySession(tx: Tx, at: Instant, session: Pick<CeremonySession, 'id'>): Promise<string> {
  const token = base64url(randomBytes(32))
  await tx
    .updateTable('ceremonySession')
    .set({ tokenHash: tokenHash(token), verifiedAt: at, lastSeenAt: at })
    .where('id', '=', session.id)
    .execute()
  return token
}

/** The recipient whose code was confirmed in this browser; refused otherwise. Every step taken keeps the session alive. */
export async function identified(tx: Tx, at: Instant, ceremony: Ceremony): Promise<CeremonySession> {
  const { session } = ceremony
  if (!session?.verifiedAt) throw new Refusal('forbidden', 'ceremony.not-identified')
  const { numUpdatedRows } = await tx
    .updateTable('ceremonySession')
    .set({ lastSeenAt: at })
    .where('id', '=', session.id)
    .where('endedAt', 'is', null)
    .where('verifiedAt', 'is not', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('forbidden', 'ceremony.not-identified')
  return session
}

/** The first time that a person, not a mail scanner, has the page before them. */
export function recordOpening(db: Db, act: RecipientAct, ceremony: Pick<Ceremony, 'recipient' | 'envelope'>): Promise<void> {
  return db.transaction().execute((tx) => recordOpeningIn(tx, act, ceremony))
}

export async function recordOpeningIn(
  tx: Tx,
  act: RecipientAct,
  { recipient, envelope }: Pick<Ceremony, 'recipient' | 'envelope'>,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('recipient')
    .set({ openedAt: act.at })
    .where('id', '=', recipient.id)
    .where('openedAt', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return
  await append(tx, act, {
    type: 'ceremony.opened',
    envelopeId: envelope.id,
    detail: { recipient: recipient.id },
    clear: { name: nameOf(recipient) },
  })
  await tellSender(tx, act, 'opened', envelope, { about: recipient })
}
