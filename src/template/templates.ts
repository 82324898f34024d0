import { allows } from '../access/permissions.ts'
import type { Reader } from '../access/reach.ts'
import { fullName } from '../access/roles.ts'
import type { User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Language, TemplateRow } from '../db/database.ts'
import { contains, searchWords } from '../db/containing.ts'
import type { Db, Tx } from '../db/open.ts'
import { copyEnvelope } from '../envelope/copying.ts'
import { findDesignFor, mayEditTemplate, type TemplateRight, templatesWithin } from '../envelope/design.ts'
import { insertBlank } from '../envelope/drafting.ts'
import { findEnvelopeFor, listRecipients, visibleTo } from '../envelope/envelope.ts'
import { findFolder } from './folders.ts'
import { type RoleNaming, toRole } from './roles.ts'

/** A prepared set of documents, fields, message and routing with roles in place of people. */
export type Template = TemplateRow

export interface TemplateDetails {
  readonly name: string
  readonly description: string
  readonly folderId: string | null
  readonly isPublic: boolean
}

/** not_found for what one has no right to, so that an id cannot be probed. */
export async function findTemplateFor(db: Db, reader: Reader, id: string, right: TemplateRight): Promise<Template> {
  const template = await templatesWithin(db, reader, right).selectAll('template').where('template.id', '=', id).executeTakeFirst()
  if (!template) throw new Refusal('not_found', 'template.unknown')
  return template
}

/** What one may look at but not change is refused as such. */
export async function findEditable(db: Db, reader: Reader, id: string): Promise<Template> {
  const template = await findTemplateFor(db, reader, id, 'use')
  if (!(await mayEditTemplate(db, reader, id))) throw new Refusal('forbidden', 'access.forbidden')
  return template
}

function refuseToMake({ permissions }: Reader): void {
  if (!allows(permissions.templates.edit)) throw new Refusal('forbidden', 'access.forbidden')
}

/** Empty, to be made in the editor of drafts. */
export async function startTemplate(
  db: Db,
  act: UserAct,
  user: User,
  details: Pick<TemplateDetails, 'name' | 'folderId'>,
  language: Language = user.language,
): Promise<Template> {
  refuseToMake(user)
  refuseNameless(details)
  return db.transaction().execute(async (tx) => {
    if (details.folderId) await findFolder(tx, details.folderId)
    const id = newId('tpl')
    const { envelope } = await insertBlank(tx, act, user, language, { status: 'design', templateId: id })
    return insertTemplate(tx, act, { id, ...details, designId: envelope.id })
  })
}

/** "Save as template": what an envelope was made from, with the other party's people as roles. `nameRole` says what each is called. */
export async function templateFromEnvelope(
  db: Db,
  act: UserAct,
  user: User,
  envelopeId: string,
  details: Pick<TemplateDetails, 'name' | 'folderId'>,
  nameRole: RoleNaming,
): Promise<Template> {
  refuseToMake(user)
  refuseNameless(details)
  return db.transaction().execute(async (tx) => {
    if (details.folderId) await findFolder(tx, details.folderId)
    const from = await findEnvelopeFor(tx, user, envelopeId)
    const id = newId('tpl')
    const { envelope } = await copyEnvelope(tx, act, from, {
      status: 'design',
      senderId: user.id,
      templateId: id,
      templateVersion: null,
    })
    const taken = new Set<string>()
    for (const recipient of await listRecipients(tx, envelope.id)) await toRole(tx, recipient, taken, nameRole)
    return insertTemplate(tx, act, { id, ...details, designId: envelope.id, from: envelopeId })
  })
}

/** Another template with the same design, to be published by itself. */
export async function duplicateTemplate(db: Db, act: UserAct, user: User, id: string, name: string): Promise<Template> {
  refuseToMake(user)
  return db.transaction().execute(async (tx) => {
    const template = await findTemplateFor(tx, user, id, 'use')
    const design = await findDesignFor(tx, user, template.designId, 'use')
    const copy = newId('tpl')
    const { envelope } = await copyEnvelope(tx, act, design, {
      status: 'design',
      senderId: user.id,
      templateId: copy,
      templateVersion: null,
    })
    return insertTemplate(tx, act, {
      id: copy,
      name,
      folderId: template.folderId,
      description: template.description,
      designId: envelope.id,
      from: id,
    })
  })
}

async function insertTemplate(
  tx: Tx,
  act: UserAct,
  { from, ...given }: Pick<Template, 'id' | 'name' | 'designId' | 'folderId'> & { readonly description?: string; readonly from?: string },
): Promise<Template> {
  const template: Template = {
    description: '',
    ...given,
    name: given.name.trim(),
    ownerId: act.actor.id,
    isPublic: 0,
    latest: 0,
    createdAt: act.at,
    updatedAt: act.at,
    archivedAt: null,
  }
  await tx.insertInto('template').values(template).execute()
  await append(tx, act, {
    type: 'template.made',
    detail: { template: template.id, ...(from ? { from } : {}) },
    clear: { name: template.name },
  })
  return template
}

export function changeTemplate(db: Db, act: UserAct, reader: Reader, id: string, details: Partial<TemplateDetails>): Promise<void> {
  if (details.name !== undefined) refuseNameless({ name: details.name })
  const { isPublic, ...texts } = details
  return db.transaction().execute(async (tx) => {
    const template = await findEditable(tx, reader, id)
    if (details.folderId) await findFolder(tx, details.folderId)
    await tx
      .updateTable('template')
      .set({ ...texts, ...(isPublic === undefined ? {} : { isPublic: Number(isPublic) }), updatedAt: act.at })
      .where('id', '=', id)
      .execute()
    await append(tx, act, {
      type: 'template.changed',
      detail: { template: id, ...(isPublic === undefined ? {} : { isPublic }) },
      clear: { name: details.name ?? template.name },
    })
  })
}

/** Out of every choice; what was made from it stays, and so do its versions. */
export function archiveTemplate(db: Db, act: UserAct, reader: Reader, id: string, isArchived: boolean): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const template = await findEditable(tx, reader, id)
    if ((template.archivedAt !== null) === isArchived) return
    await tx
      .updateTable('template')
      .set({ archivedAt: isArchived ? act.at : null, updatedAt: act.at })
      .where('id', '=', id)
      .execute()
    await append(tx, act, {
      type: isArchived ? 'template.archived' : 'template.returned',
      detail: { template: id },
      clear: { name: template.name },
    })
  })
}

export interface ListedTemplate extends Template {
  readonly owner: string
  readonly mayEdit: boolean
}

export const TEMPLATES_AT_ONCE = 200

/** By name. A search looks into every folder; every word of it stands in the name or the description. */
export async function listTemplates(
  db: Db,
  reader: Reader,
  query: {
    readonly folderId?: string | null
    readonly search?: string
    readonly archived?: boolean
    readonly published?: boolean
    readonly most?: number
  } = {},
): Promise<ListedTemplate[]> {
  const words = searchWords(query.search ?? '')
  let found = templatesWithin(db, reader, 'use')
    .innerJoin('user', 'user.id', 'template.ownerId')
    .selectAll('template')
    .select(['user.firstName', 'user.lastName'])
    .where('template.archivedAt', query.archived ? 'is not' : 'is', null)
  for (const word of words)
    found = found.where((where) => where.or([contains('template.name', word), contains('template.description', word)]))
  if (!words.length && query.folderId !== undefined && !query.archived)
    found = query.folderId === null ? found.where('template.folderId', 'is', null) : found.where('template.folderId', '=', query.folderId)
  // A design that nothing was published of is its maker's business.
  found = found.where((where) =>
    where.or([where('template.latest', '>', 0), ...(query.published ? [] : [where('template.ownerId', '=', reader.id)])]),
  )
  const rows = await found
    .orderBy('template.name')
    .orderBy('template.id')
    .limit(query.most ?? TEMPLATES_AT_ONCE)
    .execute()
  if (!rows.length) return []
  const editable = new Set(
    (
      await templatesWithin(db, reader, 'edit')
        .select('template.id')
        .where(
          'template.id',
          'in',
          rows.map(({ id }) => id),
        )
        .execute()
    ).map(({ id }) => id),
  )
  return rows.map(({ firstName, lastName, ...template }) => ({
    ...template,
    owner: fullName({ firstName, lastName }),
    mayEdit: editable.has(template.id),
  }))
}

function refuseNameless({ name }: { readonly name: string }): void {
  if (!name.trim()) throw new Refusal('invalid', 'template.name-missing')
}

/** How many envelopes that the reader may see were made from any of its versions; discarded drafts are none. */
export async function countMade(db: Db, reader: Reader, id: string): Promise<number> {
  const row = await visibleTo(db, reader)
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('templateId', '=', id)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** For whoever has made something from it and may no longer see it. */
export const namedTemplate = (db: Db, id: string): Promise<Pick<Template, 'id' | 'name'>> =>
  db.selectFrom('template').select(['id', 'name']).where('id', '=', id).executeTakeFirstOrThrow()
