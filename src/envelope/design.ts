import { type Reader, withinReach } from '../access/reach.ts'
import type { Permissions } from '../access/permissions.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { DESIGNS, type Envelope, findEnvelopeFor } from './envelope.ts'

/** What a person may do with a template: look at it and start an envelope from it, or change it. */
export type TemplateRight = keyof Permissions['templates']

/** The templates within a right of somebody. Whoever may change one may use it. */
export const templatesWithin = (db: Db, reader: Reader, right: TemplateRight) => {
  const within = (row: TemplateRight) => withinReach(reader, reader.permissions.templates[row], 'template.ownerId', 'template.isPublic')
  return db.selectFrom('template').where((where) => where.or(right === 'edit' ? [within('edit')] : [within('use'), within('edit')]))
}

/** The design or a version of a template; not_found for whoever has no right to that template. */
export async function findDesignFor(db: Db, reader: Reader, id: string, right: TemplateRight): Promise<Envelope> {
  const design = await templatesWithin(db, reader, 'use')
    .innerJoin('envelope', 'envelope.templateId', 'template.id')
    .selectAll('envelope')
    .where('envelope.id', '=', id)
    .where('envelope.status', 'in', [...DESIGNS])
    .executeTakeFirst()
  if (!design?.templateId) throw new Refusal('not_found', 'envelope.unknown')
  if (right === 'edit' && !(await mayEditTemplate(db, reader, design.templateId))) throw new Refusal('forbidden', 'access.forbidden')
  return design
}

export const mayEditTemplate = async (db: Db, reader: Reader, id: string): Promise<boolean> =>
  (await templatesWithin(db, reader, 'edit').select('template.id').where('template.id', '=', id).executeTakeFirst()) !== undefined

export async function isDesign(db: Db, id: string): Promise<boolean> {
  const row = await db.selectFrom('envelope').select('status').where('id', '=', id).executeTakeFirst()
  return row !== undefined && DESIGNS.includes(row.status)
}

/** Whatever has pages to look at: an envelope, or a template's design or version, each by its own right. */
export const findShownFor = async (db: Db, reader: Reader, id: string): Promise<Envelope> =>
  (await isDesign(db, id)) ? findDesignFor(db, reader, id, 'use') : findEnvelopeFor(db, reader, id)
