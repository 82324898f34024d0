import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { TemplateVersionRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { clearContents, copyContents, copyEnvelope } from '../envelope/copying.ts'
import { type DispatchTools, problemsOf } from '../envelope/dispatch.ts'
import { touchDraft } from '../envelope/drafting.ts'
import { type Envelope, findEnvelope } from '../envelope/envelope.ts'
import { findEditable, findTemplateFor, type Template } from './templates.ts'

/** What a template was when it was published; what is made from it says which version. */
export type Version = TemplateVersionRow

/** The newest first. */
export const listVersions = (db: Db, templateId: string): Promise<Version[]> =>
  db.selectFrom('templateVersion').selectAll().where('templateId', '=', templateId).orderBy('number', 'desc').execute()

export async function findVersion(db: Db, templateId: string, number: number): Promise<Version> {
  const version = await db
    .selectFrom('templateVersion')
    .selectAll()
    .where('templateId', '=', templateId)
    .where('number', '=', number)
    .executeTakeFirst()
  if (!version) throw new Refusal('not_found', 'template.version-unknown')
  return version
}

/** Whether the design has been changed since its newest version. */
export async function isUnpublished(db: Db, template: Template): Promise<boolean> {
  if (!template.latest) return true
  const [version, design] = await Promise.all([findVersion(db, template.id, template.latest), findEnvelope(db, template.designId)])
  return version.designVersion !== design.version
}

/**
 * Freezes the design as the next version. Refused with the first reason why nothing could be sent from it, where somebody has changed it since
 * it was looked at, and where nothing has changed since the last one.
 */
export async function publishTemplate(
  tools: DispatchTools,
  act: UserAct,
  reader: Reader,
  id: string,
  seen: { readonly version: number; readonly note: string },
): Promise<Version> {
  const { designId } = await findEditable(tools.db, reader, id)
  const [problem] = await problemsOf(tools, reader, designId)
  if (problem) throw new Refusal('invalid', problem.reason, problem.params)
  return tools.db.transaction().execute(async (tx) => {
    const template = await findEditable(tx, reader, id)
    if (template.archivedAt) throw new Refusal('conflict', 'template.archived')
    const design = await findEnvelope(tx, designId)
    if (design.version !== seen.version) throw new Refusal('conflict', 'envelope.moved-on')
    if (!(await isUnpublished(tx, template))) throw new Refusal('conflict', 'template.unchanged')
    return freeze(tx, act, template, design, seen.note)
  })
}

async function freeze(tx: Tx, act: UserAct, template: Template, design: Envelope, note: string): Promise<Version> {
  const number = template.latest + 1
  const { envelope } = await copyEnvelope(tx, act, design, {
    status: 'published',
    senderId: act.actor.id,
    templateId: template.id,
    templateVersion: number,
  })
  const version: Version = {
    templateId: template.id,
    number,
    envelopeId: envelope.id,
    designVersion: design.version,
    note: note.trim(),
    publishedAt: act.at,
    publishedBy: act.actor.id,
  }
  await tx.insertInto('templateVersion').values(version).execute()
  const { numUpdatedRows } = await tx
    .updateTable('template')
    .set({ latest: number, updatedAt: act.at })
    .where('id', '=', template.id)
    .where('latest', '=', template.latest)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'envelope.moved-on')
  await append(tx, act, { type: 'template.published', detail: { template: template.id, version: number }, clear: { name: template.name } })
  return version
}

/** An earlier version becomes the design again, and the newest version; those between stay. `note` says which one it was. */
export function restoreVersion(db: Db, act: UserAct, reader: Reader, id: string, number: number, note: string): Promise<Version> {
  return db.transaction().execute(async (tx) => {
    const template = await findEditable(tx, reader, id)
    const version = await findVersion(tx, id, number)
    const [design, frozen] = [await findEnvelope(tx, template.designId), await findEnvelope(tx, version.envelopeId)]
    await clearContents(tx, design)
    await copyContents(tx, act, frozen, design)
    const { title, legalEntityId, subject, message, language, reminders, deadlineDays } = frozen
    await tx
      .updateTable('envelope')
      .set({ title, legalEntityId, subject, message, language, reminders, deadlineDays })
      .where('id', '=', design.id)
      .execute()
    await touchDraft(tx, act.at, design)
    return freeze(tx, act, template, await findEnvelope(tx, design.id), note)
  })
}

/** The version that whoever may use the template looks at or starts from. */
export async function versionFor(db: Db, reader: Reader, id: string, number?: number): Promise<{ template: Template; version: Version }> {
  const template = await findTemplateFor(db, reader, id, 'use')
  if (!template.latest) throw new Refusal('conflict', 'template.unpublished')
  return { template, version: await findVersion(db, id, number ?? template.latest) }
}
