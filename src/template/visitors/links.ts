import { allows } from '../../access/permissions.ts'
import type { Reader } from '../../access/reach.ts'
import { findUser } from '../../access/users.ts'
import type { UserAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { base64url, equalBytes, utf8 } from '../../base/bytes.ts'
import { newId } from '../../base/id.ts'
import type { Instant } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { SelfServiceLinkRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { templatesWithin } from '../../envelope/design.ts'
import { refuseToCreate } from '../../envelope/drafting.ts'
import { type Envelope, findEnvelope, listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { acts } from '../../envelope/naming.ts'
import { isOpenRole } from '../../envelope/telling.ts'
import { namedTemplate, type Template } from '../templates.ts'
import { findVersion, type Version, versionFor } from '../versions.ts'

/** A public page on which whoever has its address starts a document of their own, in the name of the link's owner. */
export type Link = SelfServiceLinkRow

/** Null: without limit, without end. */
export interface LinkLimits {
  readonly capacity: number | null
  readonly endsAt: Instant | null
}

export const MOST_CAPACITY = 100_000

/** The one open role of a version, if it has exactly one: somebody of the other party who acts. No visitor signs for the company. */
export async function onlyRole(db: Db, versionEnvelopeId: string): Promise<Recipient | null> {
  const open = (await listRecipients(db, versionEnvelopeId)).filter(isOpenRole)
  const [role] = open
  return open.length === 1 && role && acts(role) && role.side === 'other' ? role : null
}

export async function openLink(db: Db, act: UserAct, reader: Reader, templateId: string, limits: LinkLimits): Promise<Link> {
  refuseToCreate(reader)
  const { template, version } = await versionFor(db, reader, templateId)
  if (template.archivedAt) throw new Refusal('conflict', 'template.archived')
  if (!(await onlyRole(db, version.envelopeId))) throw new Refusal('conflict', 'link.not-one-role')
  refusePast(limits, act.at)
  return db.transaction().execute(async (tx) => {
    const link: Link = {
      id: newId('ssl'),
      templateId,
      ownerId: act.actor.id,
      generation: 1,
      ...limits,
      uses: 0,
      switchedOffAt: null,
      createdAt: act.at,
    }
    await tx.insertInto('selfServiceLink').values(link).execute()
    await append(tx, act, { type: 'template.link-opened', detail: { link: link.id, template: templateId }, clear: { name: template.name } })
    return link
  })
}

/** Whose it is alone: whoever has its address may start documents in their name. */
export async function findLink(db: Db, reader: Pick<Reader, 'id'>, id: string): Promise<Link> {
  const link = await db.selectFrom('selfServiceLink').selectAll().where('id', '=', id).where('ownerId', '=', reader.id).executeTakeFirst()
  if (!link) throw new Refusal('not_found', 'link.unknown')
  return link
}

export const listLinks = (db: Db, reader: Pick<Reader, 'id'>, templateId: string): Promise<Link[]> =>
  db
    .selectFrom('selfServiceLink')
    .selectAll()
    .where('templateId', '=', templateId)
    .where('ownerId', '=', reader.id)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .execute()

/** Its limits, whether it works, or another address: the one before stops working at once. */
export function changeLink(
  db: Db,
  act: UserAct,
  reader: Reader,
  id: string,
  change: Partial<LinkLimits> & { readonly isOn?: boolean; readonly renew?: true },
): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const link = await findLink(tx, reader, id)
    const { capacity = link.capacity, endsAt = link.endsAt, isOn, renew } = change
    if (change.endsAt) refusePast({ capacity, endsAt }, act.at)
    const switchedOffAt = isOn === undefined ? link.switchedOffAt : isOn ? null : (link.switchedOffAt ?? act.at)
    await tx
      .updateTable('selfServiceLink')
      .set({ capacity, endsAt, switchedOffAt, generation: link.generation + (renew ? 1 : 0) })
      .where('id', '=', id)
      .where('generation', '=', link.generation)
      .execute()
    const { name } = await namedTemplate(tx, link.templateId)
    await append(tx, act, {
      type: 'template.link-changed',
      detail: { link: id, template: link.templateId, on: switchedOffAt === null, ...(renew ? { renewed: true } : {}) },
      clear: { name },
    })
  })
}

function refusePast({ endsAt }: LinkLimits, at: Instant): void {
  if (endsAt && endsAt <= at) throw new Refusal('invalid', 'link.end-passed')
}

const secretOf = (secretKey: SecretKey, { id, generation }: Pick<Link, 'id' | 'generation'>): string =>
  base64url(secretKey.authenticate('self-service', id, String(generation)))

/** What stands behind `/s/open/` in the address. Its secret is derived from a key outside the database and never stored. */
export const linkToken = (secretKey: SecretKey, link: Pick<Link, 'id' | 'generation'>): string => `${link.id}.${secretOf(secretKey, link)}`

export interface LiveLink {
  readonly link: Link
  readonly template: Template
  readonly version: Version
  readonly envelope: Envelope
  readonly role: Recipient
}

/** Null for what is forged, unknown, switched off, ended, used up or withdrawn alike: a stranger learns nothing of a template. */
export async function redeemLink(db: Db, secretKey: SecretKey, token: string, at: Instant): Promise<LiveLink | null> {
  const [id = '', secret = '', ...rest] = token.split('.')
  if (rest.length || !/^ssl_[0-9a-z]{20}$/.test(id)) return null
  const link = await db.selectFrom('selfServiceLink').selectAll().where('id', '=', id).executeTakeFirst()
  const expected = secretOf(secretKey, link ?? { id, generation: 0 })
  if (!equalBytes(utf8(secret), utf8(expected)) || !link) return null
  return liveLink(db, link, at)
}

/** The same of a link that is known. It rests unless its owner may use the template and create documents: what it makes is made in their name. */
export async function liveLink(db: Db | Tx, link: Link, at: Instant): Promise<LiveLink | null> {
  if (link.switchedOffAt || (link.endsAt && link.endsAt <= at) || (link.capacity !== null && link.uses >= link.capacity)) return null
  const owner = await findUser(db, link.ownerId)
  if (owner.disabledAt || !allows(owner.permissions.documents.create)) return null
  const template = await templatesWithin(db, owner, 'use')
    .selectAll('template')
    .where('template.id', '=', link.templateId)
    .executeTakeFirst()
  if (!template || template.archivedAt || !template.latest) return null
  const version = await findVersion(db, template.id, template.latest)
  const role = await onlyRole(db, version.envelopeId)
  return role && { link, template, version, envelope: await findEnvelope(db, version.envelopeId), role }
}
