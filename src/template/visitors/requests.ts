import { attemptsIn, bucketOf, networkOf, recordAttempt } from '../../access/attempts.ts'
import { findUser } from '../../access/users.ts'
import { type Act, systemAct, type UserAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { base64url, equalBytes, utf8 } from '../../base/bytes.ts'
import { newId } from '../../base/id.ts'
import { DAY, HOUR, type Instant, later } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { Language, SelfServiceRequestRow } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'
import { deadlineOf, type DispatchTools, letGo } from '../../envelope/dispatch.ts'
import { refuseToCreate } from '../../envelope/drafting.ts'
import { type Envelope, findEnvelope, listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { refuseUnlessSealable } from '../../envelope/readiness.ts'
import { masked } from '../../mail/masked.ts'
import type { Message } from '../../mail/message.ts'
import { queueMessage } from '../../mail/outbox.ts'
import { fillRole } from '../filling.ts'
import { draftFromVersion } from '../using.ts'
import { type Link, liveLink, type LiveLink } from './links.ts'

/** A visitor has named themselves and given an address; nothing is made before the address is proved. */
export type Request = SelfServiceRequestRow

export const REQUEST_LIFE = DAY
/** An hour. Of one address, of one visitor, of one link; past the first the visitor is answered as ever. */
export const ASKED_AN_HOUR = { address: 3, ip: 20, link: 200 }

export interface Asking {
  readonly firstName: string
  readonly lastName: string
  /** An e-mail address, or a number where the role is reached by SMS. */
  readonly address: string
  readonly language: Language
}

/** The answer is the same whatever the address: nothing is looked up by it. Only who asks too often from one place is told so. */
export async function askForOwn(
  { db, secretKey, wake }: { readonly db: Db; readonly secretKey: SecretKey; readonly wake: () => void },
  act: Act,
  { link, role }: LiveLink,
  asking: Asking,
): Promise<void> {
  const own = bucketOf(secretKey, 'self-service', asking.address.toLowerCase())
  const visitor = bucketOf(secretKey, 'self-service-ip', networkOf(act.ip))
  const page = bucketOf(secretKey, 'self-service-link', link.id)
  await db.transaction().execute(async (tx) => {
    const count = async (bucket: string): Promise<number> => (await attemptsIn(tx, bucket, act.at, HOUR)).count
    if ((await count(visitor)) >= ASKED_AN_HOUR.ip || (await count(page)) >= ASKED_AN_HOUR.link)
      throw new Refusal('rate_limited', 'link.too-often')
    const isTooOften = (await count(own)) >= ASKED_AN_HOUR.address
    for (const bucket of [own, visitor, page]) await recordAttempt(tx, bucket, act.at)
    if (isTooOften) return
    const request: Request = {
      id: newId('ssr'),
      linkId: link.id,
      ...asking,
      channel: role.channel,
      createdAt: act.at,
      expiresAt: later(act.at, REQUEST_LIFE),
      provenAt: null,
      envelopeId: null,
    }
    await tx.insertInto('selfServiceRequest').values(request).execute()
    await append(tx, act, { type: 'template.link-asked', detail: { link: link.id, request: request.id, address: masked(asking.address) } })
    await queueMessage(tx, act, {
      kind: 'own-document',
      channel: role.channel,
      address: asking.address,
      language: asking.language,
      params: { request: request.id },
    })
  })
  wake()
}

const secretOf = (secretKey: SecretKey, id: string): string => base64url(secretKey.authenticate('self-service-proof', id))

/** What stands behind `/s/own/` in the message that proves the address. */
export const requestToken = (secretKey: SecretKey, { id }: Pick<Request, 'id'>): string => `${id}.${secretOf(secretKey, id)}`

/** Null for what is forged, unknown or too old alike. Changes nothing: scanners of mail follow links too. */
export async function redeemRequest(
  db: Db,
  secretKey: SecretKey,
  token: string,
  at: Instant,
): Promise<{ request: Request; link: Link } | null> {
  const [id = '', secret = '', ...rest] = token.split('.')
  if (rest.length || !/^ssr_[0-9a-z]{20}$/.test(id)) return null
  if (!equalBytes(utf8(secret), utf8(secretOf(secretKey, id)))) return null
  const request = await db.selectFrom('selfServiceRequest').selectAll().where('id', '=', id).executeTakeFirst()
  if (!request || request.expiresAt <= at) return null
  const link = await db.selectFrom('selfServiceLink').selectAll().where('id', '=', request.linkId).executeTakeFirstOrThrow()
  return { request, link }
}

/**
 * The visitor has come by the link that went to their address: their envelope is made and let go, once, while the link works and has room. Of two
 * who prove at once where one place is left, one is told that there is none.
 */
export async function proveAddress(tools: DispatchTools, act: Act, id: string): Promise<string> {
  const { db } = tools
  await refuseUnlessSealable(tools, act.at, deadlineOf({ deadline: null }, act.at))
  const envelopeId = await db.transaction().execute(async (tx) => {
    const request = await tx.selectFrom('selfServiceRequest').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    if (request.envelopeId) return request.envelopeId
    if (request.expiresAt <= act.at) throw new Refusal('gone', 'link.over')
    const link = await tx.selectFrom('selfServiceLink').selectAll().where('id', '=', request.linkId).executeTakeFirstOrThrow()
    const live = await liveLink(tx, link, act.at)
    if (!live) throw new Refusal('gone', 'link.over')
    const { numUpdatedRows } = await tx
      .updateTable('selfServiceLink')
      .set((set) => ({ uses: set('uses', '+', 1) }))
      .where('id', '=', link.id)
      .where((where) => where.or([where('capacity', 'is', null), where('uses', '<', where.ref('capacity'))]))
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('gone', 'link.over')
    const owner = await findUser(tx, link.ownerId)
    refuseToCreate(owner)
    // What is sent is the owner's; that a visitor began it stands beside it, with from where.
    const sending: UserAct = { ...systemAct(act.at), actor: { kind: 'user', id: owner.id } }
    const { envelope, copied } = await draftFromVersion(tx, sending, live.version, owner.id)
    const role = (await listRecipients(tx, envelope.id)).find((one) => one.id === copied.get(live.role.id))
    if (!role) throw new Refusal('gone', 'link.over')
    const reach = request.channel === 'sms' ? { email: null, phone: request.address } : { email: request.address, phone: null }
    const { firstName, lastName, language } = request
    await fillRole(tx, owner, role, { firstName, lastName, language, company: '', ...reach })
    await append(tx, act, { type: 'template.link-used', envelopeId: envelope.id, detail: { link: link.id, request: id } })
    await letGo(tx, sending, envelope)
    await tx.updateTable('selfServiceRequest').set({ provenAt: act.at, envelopeId: envelope.id }).where('id', '=', id).execute()
    return envelope.id
  })
  tools.wake()
  return envelopeId
}

/** How far the visitor's own envelope has come, and who they are in it. */
export async function ownEnvelope(
  db: Db,
  envelopeId: string,
  address: string,
): Promise<{ envelope: Envelope; recipient: Recipient | null }> {
  const recipients = await listRecipients(db, envelopeId)
  const own = recipients.find(({ roleName, email, phone }) => roleName && [email?.toLowerCase(), phone].includes(address.toLowerCase()))
  return { envelope: await findEnvelope(db, envelopeId), recipient: own ?? null }
}

/** Of a message that proves an address; null once the address is proved or the request is too old. */
export async function findAsked(
  db: Db,
  message: Message,
  at: Instant,
): Promise<{ request: Request; title: string; legalEntityId: string } | null> {
  const id = message.params['request']
  const request = await db
    .selectFrom('selfServiceRequest')
    .selectAll()
    .where('id', '=', typeof id === 'string' ? id : '')
    .executeTakeFirst()
  if (!request || request.provenAt || request.expiresAt <= at) return null
  const link = await db.selectFrom('selfServiceLink').selectAll().where('id', '=', request.linkId).executeTakeFirstOrThrow()
  const live = await liveLink(db, link, at)
  return live && { request, title: live.envelope.title, legalEntityId: live.envelope.legalEntityId }
}

/** The newest first: who has started what by this link. */
export const listUses = (db: Db, linkId: string) =>
  db
    .selectFrom('selfServiceRequest')
    .innerJoin('envelope', 'envelope.id', 'selfServiceRequest.envelopeId')
    .select([
      'envelope.id',
      'envelope.status',
      'selfServiceRequest.firstName',
      'selfServiceRequest.lastName',
      'selfServiceRequest.provenAt',
    ])
    .where('selfServiceRequest.linkId', '=', linkId)
    .orderBy('selfServiceRequest.provenAt', 'desc')
    .orderBy('selfServiceRequest.id')
    .limit(100)
    .execute()

/** Nobody proves what is over: the name and the address are of no more use. */
export const forgetUnproven = (db: Db, at: Instant): Promise<unknown> =>
  db.deleteFrom('selfServiceRequest').where('provenAt', 'is', null).where('expiresAt', '<', later(at, -DAY)).execute()
