import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db, Tx } from '../db/open.ts'
import { CARRIES, type Message, type MessageFacts } from '../mail/message.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { readObject } from '../store/object.ts'
import { type Envelope, findEnvelope, listDocuments, type Recipient } from './envelope.ts'
import { currentInvitation, invitationUrl } from './invitation.ts'
import { nameOf, tellSender } from './telling.ts'
import { liveVaultLinks, vaultLinkUrl } from './vault-link.ts'

interface Tools {
  readonly db: Db
  readonly config: Config
  readonly secretKey: SecretKey
}

/**
 * What a message about an envelope says, gathered when it is sent or opened: the newest title, a link that works now. Null: there is no longer
 * a reason for it.
 */
export async function envelopeFacts(tools: Tools, message: Message, at: Instant): Promise<MessageFacts | null> {
  const { db, config } = tools
  if (!message.envelopeId) return null
  const envelope = await findEnvelope(db, message.envelopeId)
  const recipient = message.recipientId ? await recipientOf(db, message.recipientId) : null
  const common = await commonFacts(tools, envelope)
  const named = recipient ? { name: nameOf(recipient), role: recipient.role } : {}
  const reason = typeof message.params['reason'] === 'string' ? { reason: message.params['reason'] } : {}
  switch (message.kind) {
    case 'invitation':
    case 'reminder':
    case 'corrected':
    case 'delegated':
    case 'ending-soon':
    case 'fresh-link': {
      const invitation = recipient && (await currentInvitation(db, recipient.id, at))
      if (!recipient || !invitation || recipient.status !== 'invited' || envelope.status !== 'sent') return null
      const { public: origin } = originsOf(config, await readSetting(db, 'installation'))
      return {
        ...common,
        ...named,
        ...(typeof message.params['person'] === 'string' ? { person: message.params['person'] } : {}),
        ...(envelope.subject ? { subject: envelope.subject } : {}),
        ...(envelope.message ? { note: envelope.message } : {}),
        deadline: envelope.deadline,
        link: invitationUrl(origin, tools.secretKey, invitation),
      }
    }
    case 'completed': {
      const [link] = recipient ? await liveVaultLinks(db, recipient.id, at) : []
      if (!link) return null
      const { public: origin } = originsOf(config, await readSetting(db, 'installation'))
      return { ...common, ...named, linkUntil: link.expiresAt, link: vaultLinkUrl(origin, tools.secretKey, link) }
    }
    case 'rule':
    case 'rule-staff':
    case 'rule-client':
      return { ...common, ...named, ...ownWords(message), ...(await ruleLink(tools, message, envelope, recipient, at)) }
    case 'declined':
    case 'voided':
    case 'expired':
      return { ...common, ...named, ...reason, person: await personOf(db, envelope.endedBy) }
    case 'annulled':
    case 'reinstated': {
      const { public: origin } = originsOf(config, await readSetting(db, 'installation'))
      const [document] = await listDocuments(db, envelope.id)
      return { ...common, ...named, ...reason, ...(document ? { link: `${origin}/verify/${document.documentId}` } : {}) }
    }
    default: {
      const sender = await db.selectFrom('user').select(['firstName', 'lastName']).where('id', '=', envelope.senderId).executeTakeFirst()
      const { staff } = originsOf(config, await readSetting(db, 'installation'))
      const about = message.params['recipient'] ?? message.params['by']
      return {
        ...common,
        ...(sender ? { name: nameOf(sender) } : {}),
        ...reason,
        replyTo: null,
        // As it was then: whoever handed over is not who stands there now.
        person:
          typeof message.params['person'] === 'string'
            ? message.params['person']
            : await personOf(db, typeof about === 'string' ? about : envelope.endedBy),
        ...(typeof message.params['to'] === 'string' ? { to: message.params['to'] } : {}),
        link: `${staff}/envelopes/${envelope.id}`,
      }
    }
  }
}

const ownWords = ({ params }: Message): Pick<MessageFacts, 'own'> => ({
  own: { subject: String(params['subject'] ?? ''), text: String(params['text'] ?? '') },
})

/** A recipient gets their own link while it is their turn; staff get the page of the envelope; an address of nobody gets none. */
async function ruleLink(
  { db, config, secretKey }: Tools,
  { kind, userId }: Message,
  envelope: Envelope,
  recipient: Recipient | null,
  at: Instant,
): Promise<Pick<MessageFacts, 'link' | 'name' | 'replyTo'>> {
  const origins = originsOf(config, await readSetting(db, 'installation'))
  if (kind === 'rule-staff') {
    const user = await db
      .selectFrom('user')
      .select(['firstName', 'lastName'])
      .where('id', '=', userId ?? '')
      .executeTakeFirst()
    return { link: `${origins.staff}/envelopes/${envelope.id}`, replyTo: null, ...(user ? { name: nameOf(user) } : {}) }
  }
  if (kind === 'rule' || !recipient || recipient.status !== 'invited' || envelope.status !== 'sent') return {}
  const invitation = await currentInvitation(db, recipient.id, at)
  return invitation ? { link: invitationUrl(origins.public, secretKey, invitation) } : {}
}

/** What somebody is told of an envelope that ended before its completion, as its message says it. */
export async function endingFacts(tools: Pick<Tools, 'db'>, envelope: Envelope, recipient: Recipient): Promise<MessageFacts> {
  return {
    ...(await commonFacts(tools, envelope)),
    name: nameOf(recipient),
    role: recipient.role,
    ...(envelope.endReason ? { reason: envelope.endReason } : {}),
    person: await personOf(tools.db, envelope.endedBy),
  }
}

/** A code's message, but for the code itself. */
export async function codeFactsOf(tools: Tools, message: Message): Promise<Omit<MessageFacts, 'code'> | null> {
  if (!message.envelopeId || !message.recipientId) return null
  const recipient = await recipientOf(tools.db, message.recipientId)
  if (!recipient) return null
  return { ...(await commonFacts(tools, await findEnvelope(tools.db, message.envelopeId))), name: nameOf(recipient), role: recipient.role }
}

async function commonFacts({ db }: Pick<Tools, 'db'>, envelope: Envelope): Promise<MessageFacts> {
  const [entity, sender, { timeZone }] = await Promise.all([
    findLegalEntity(db, envelope.legalEntityId),
    db.selectFrom('user').select(['firstName', 'lastName', 'email', 'isService']).where('id', '=', envelope.senderId).executeTakeFirst(),
    readSetting(db, 'installation'),
  ])
  return {
    company: entity.legalName,
    logo: entity.logoDigest ? await readObject(db, entity.logoDigest) : null,
    timeZone,
    title: envelope.title,
    ...(sender ? { sender: nameOf(sender), ...(sender.isService ? {} : { replyTo: sender.email }) } : {}),
  }
}

const recipientOf = async (db: Db, id: string): Promise<Recipient | null> =>
  (await db.selectFrom('recipient').selectAll().where('id', '=', id).executeTakeFirst()) ?? null

/** A recipient's or a user's name, by their id. */
async function personOf(db: Db, id: string | null): Promise<string> {
  if (!id) return ''
  const found =
    (await db.selectFrom('recipient').select(['firstName', 'lastName']).where('id', '=', id).executeTakeFirst()) ??
    (await db.selectFrom('user').select(['firstName', 'lastName']).where('id', '=', id).executeTakeFirst())
  return found ? nameOf(found) : ''
}

/** The administrator has seen a recipient's link in the Outbox: the invitation is marked, and the trail says so. */
export async function markLinkHandedOver(tx: Tx, act: Act, message: Message): Promise<void> {
  const recipient = message.recipientId ? await recipientOf(tx, message.recipientId) : null
  if (!recipient || message.kind === 'completed' || CARRIES[message.kind] !== 'link') return
  const invitation = await currentInvitation(tx, recipient.id, act.at)
  if (!invitation) return
  await tx.updateTable('invitation').set({ handedOverAt: act.at }).where('id', '=', invitation.id).execute()
  await append(tx, act, {
    type: 'invitation.handed-over',
    envelopeId: recipient.envelopeId,
    detail: { recipient: recipient.id },
    clear: { name: nameOf(recipient) },
  })
}

/** A message to a recipient came back for good: its sender is told. */
export async function tellUndelivered(tx: Tx, act: Act, message: Message): Promise<void> {
  if (!message.envelopeId || !message.recipientId) return
  const recipient = await recipientOf(tx, message.recipientId)
  if (!recipient) return
  const kind = message.kind === 'reminder' ? 'reminder-failed' : 'undelivered'
  await tellSender(tx, act, kind, await findEnvelope(tx, message.envelopeId), { about: recipient, key: `${kind} ${message.id}` })
}
