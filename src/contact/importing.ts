import { allows } from '../access/permissions.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Bytes } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { ContactImportRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { type ContactDetails, detailsOf, rowOf, updateContact } from './contacts.ts'
import { guessChoices, type ImportChoices, type ImportPlan, MOST_BYTES, planImport } from './import-plan.ts'
import { type ReadingRules } from './reading/candidate.ts'
import type { Reader } from '../access/reach.ts'

export type ContactImport = Omit<ContactImportRow, 'choices'> & { readonly choices: ImportChoices }

/** A file that nobody takes over is forgotten after this; an import can be taken back for so long. */
export const PREVIEW_LIFE = DAY
export const UNDO_LIFE = 30 * DAY
const AT_ONCE = 400

/** Keeps the file to be looked at. Nothing of it is in the directory yet. */
export async function startImport(
  db: Db,
  act: UserAct,
  file: { readonly name: string; readonly content: Bytes },
  country: string,
): Promise<ContactImport> {
  if (file.content.length > MOST_BYTES) throw new Refusal('too_large', 'import.too-large', { megabytes: MOST_BYTES / 1_000_000 })
  const { format, ...choices } = guessChoices(file.content, country)
  const row: ContactImportRow = {
    id: newId('imp'),
    userId: act.actor.id,
    fileName: file.name.slice(0, 200),
    format,
    content: file.content,
    choices: JSON.stringify(choices),
    createdAt: act.at,
    importedAt: null,
    undoneAt: null,
    added: 0,
    updated: 0,
    skipped: 0,
  }
  await db.transaction().execute(async (tx) => {
    // One file at a time: what was looked at before and not taken over is forgotten.
    await tx.deleteFrom('contactImport').where('userId', '=', act.actor.id).where('importedAt', 'is', null).execute()
    await tx.insertInto('contactImport').values(row).execute()
  })
  return { ...row, choices }
}

/** The reader's own. */
export async function findImport(db: Db, reader: Pick<Reader, 'id'>, id: string): Promise<ContactImport> {
  const row = await db.selectFrom('contactImport').selectAll().where('id', '=', id).where('userId', '=', reader.id).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'import.unknown')
  return { ...row, choices: JSON.parse(row.choices) as ImportChoices }
}

/** The last one that this person took over and has not taken back, while it can be. */
export async function lastImport(db: Db, reader: Pick<Reader, 'id'>, at: Instant): Promise<ContactImport | null> {
  const row = await db
    .selectFrom('contactImport')
    .selectAll()
    .where('userId', '=', reader.id)
    .where('importedAt', '>', later(at, -UNDO_LIFE))
    .where('undoneAt', 'is', null)
    .orderBy('importedAt', 'desc')
    .executeTakeFirst()
  return row ? { ...row, choices: JSON.parse(row.choices) as ImportChoices } : null
}

export async function changeChoices(db: Db, reader: Pick<Reader, 'id'>, id: string, choices: ImportChoices): Promise<void> {
  await waiting(db, reader, id)
  await db
    .updateTable('contactImport')
    .set({ choices: JSON.stringify(choices) })
    .where('id', '=', id)
    .where('importedAt', 'is', null)
    .execute()
}

export async function discardImport(db: Db, reader: Pick<Reader, 'id'>, id: string): Promise<void> {
  await waiting(db, reader, id)
  await db.deleteFrom('contactImport').where('id', '=', id).where('importedAt', 'is', null).execute()
}

export async function planOf(
  db: Db,
  reader: Reader,
  found: ContactImport,
  rules: Omit<ReadingRules, 'country'>,
  choices: ImportChoices = found.choices,
): Promise<ImportPlan> {
  const { content, format } = found
  if (!content) throw new Refusal('conflict', 'import.done')
  return planImport(db, reader, { content, format }, choices, rules)
}

/**
 * The whole plan that the person has seen, in one transaction; or nothing, where it would be another one now. Lines with mistakes keep everything
 * out, unless the person leaves them out.
 */
export function acceptImport(
  db: Db,
  act: UserAct,
  reader: Reader,
  id: string,
  { seen, leavesOut }: { readonly seen: string; readonly leavesOut: boolean },
  rules: Omit<ReadingRules, 'country'>,
): Promise<ContactImport> {
  return db.transaction().execute(async (tx) => {
    const found = await waiting(tx, reader, id)
    const plan = await planOf(tx, reader, found, rules)
    if (plan.digest !== seen) throw new Refusal('conflict', 'import.changed')
    if (plan.counts.mistake && !leavesOut) throw new Refusal('invalid', 'import.has-mistakes', { count: plan.counts.mistake })
    if (!plan.counts.add && !plan.counts.update) throw new Refusal('invalid', 'import.nothing')
    if (plan.counts.add && !allows(reader.permissions.contacts.add)) throw new Refusal('forbidden', 'access.forbidden')
    await carryOut(tx, act, id, plan)
    const counts = { added: plan.counts.add, updated: plan.counts.update, skipped: plan.counts.skip + plan.counts.mistake }
    const { numUpdatedRows } = await tx
      .updateTable('contactImport')
      .set({ content: null, importedAt: act.at, ...counts })
      .where('id', '=', id)
      .where('importedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'import.done')
    await append(tx, act, { type: 'contact.imported', detail: { id, ...counts } })
    return { ...found, ...counts, content: null, importedAt: act.at }
  })
}

async function carryOut(tx: Tx, act: UserAct, importId: string, plan: ImportPlan): Promise<void> {
  const added = new Map(plan.lines.filter(({ does }) => does === 'add').map((one) => [`line ${one.line}`, rowOf(act, one.details)]))
  const updates = plan.lines.filter(({ does }) => does === 'update')
  const changed = new Map<string, ContactDetails>()
  for (const { details, known } of updates) {
    // A later line may bring up to date what an earlier one adds.
    const fresh = added.get(known!.id)
    if (fresh) added.set(known!.id, { ...rowOf(act, details), id: fresh.id })
    else changed.set(known!.id, details)
  }
  const rows = [...added.values()]
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE)
    await tx.insertInto('contact').values(some).execute()
    await tx
      .insertInto('contactImportRow')
      .values(some.map(({ id }) => ({ importId, contactId: id, kind: 'added' as const, before: null })))
      .execute()
  }
  for (const [contactId, details] of changed) {
    const before = await tx.selectFrom('contact').selectAll().where('id', '=', contactId).executeTakeFirstOrThrow()
    await updateContact(tx, act, contactId, details)
    await tx
      .insertInto('contactImportRow')
      .values({ importId, contactId, kind: 'updated', before: JSON.stringify(detailsOf(before)) })
      .execute()
  }
}

/**
 * The directory as it was before the last import: what it added goes, what it changed is as before. Whoever was changed, merged or sent something
 * since stays as they are. Answers how many.
 */
export function undoImport(
  db: Db,
  act: UserAct,
  reader: Pick<Reader, 'id'>,
  id: string,
): Promise<{ removed: number; restored: number; kept: number }> {
  return db.transaction().execute(async (tx) => {
    const last = await lastImport(tx, reader, act.at)
    if (last?.id !== id || !last.importedAt) throw new Refusal('conflict', 'import.not-last')
    const untouched = await tx
      .selectFrom('contactImportRow')
      .innerJoin('contact', 'contact.id', 'contactImportRow.contactId')
      .select(['contact.id', 'contactImportRow.kind', 'contactImportRow.before'])
      .where('contactImportRow.importId', '=', id)
      .where('contact.updatedAt', '=', last.importedAt)
      .where('contact.removedAt', 'is', null)
      .where((where) =>
        where.or([
          where('contactImportRow.kind', '=', 'updated'),
          where.not(where.exists(where.selectFrom('recipient').select('recipient.id').whereRef('recipient.contactId', '=', 'contact.id'))),
        ]),
      )
      .execute()
    const added = untouched.filter(({ kind }) => kind === 'added').map((one) => one.id)
    for (let at = 0; at < added.length; at += AT_ONCE)
      await tx
        .deleteFrom('contact')
        .where('id', 'in', added.slice(at, at + AT_ONCE))
        .execute()
    let restored = 0
    for (const one of untouched) {
      if (one.kind === 'added' || !one.before) continue
      await updateContact(tx, act, one.id, JSON.parse(one.before) as ContactDetails)
      restored++
    }
    await tx.deleteFrom('contactImportRow').where('importId', '=', id).execute()
    await tx.updateTable('contactImport').set({ undoneAt: act.at }).where('id', '=', id).execute()
    await append(tx, act, { type: 'contact.import-undone', detail: { id, added: added.length, updated: restored } })
    return { removed: added.length, restored, kept: last.added + last.updated - added.length - restored }
  })
}

/** Files that nobody took over, and what an import that can no longer be taken back remembers. */
export async function sweepImports(db: Db, at: Instant): Promise<void> {
  await db.deleteFrom('contactImport').where('importedAt', 'is', null).where('createdAt', '<', later(at, -PREVIEW_LIFE)).execute()
  await db
    .deleteFrom('contactImportRow')
    .where('importId', 'in', (from) =>
      from.selectFrom('contactImport').select('contactImport.id').where('contactImport.importedAt', '<', later(at, -UNDO_LIFE)),
    )
    .execute()
}

async function waiting(db: Db, reader: Pick<Reader, 'id'>, id: string): Promise<ContactImport> {
  const found = await findImport(db, reader, id)
  if (found.importedAt) throw new Refusal('conflict', 'import.done')
  return found
}
