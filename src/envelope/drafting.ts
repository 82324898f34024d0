import type { Reader } from '../access/reach.ts'
import { allows } from '../access/permissions.ts'
import { maySign, type User } from '../access/roles.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { DAY, type Instant, later, MINUTE, YEAR } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Delegation, Language } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { defaultLegalEntity, findLegalEntity, type LegalEntity } from '../setting/legal-entity.ts'
import { readSetting } from '../setting/setting.ts'
import { clearContents, copyEnvelope } from './copying.ts'
import { findDesignFor, isDesign } from './design.ts'
import { type Envelope, type EnvelopeRight, findEnvelopeFor } from './envelope.ts'
import { releaseNumbers } from './numbering.ts'
import { insertRecipient, recipientOfUser } from './recipients.ts'

export const SHORTEST_DEADLINE = 5 * MINUTE
export const DEFAULT_DEADLINE = 91 * DAY
/** Well within the life of the company's certificates. */
export const LONGEST_DEADLINE = 2 * YEAR

export interface Reminders {
  readonly firstAfterDays: number
  readonly everyDays: number
  /** 0: none. */
  readonly most: number
  /** Not on Saturdays, Sundays and holidays: then on the next working day. */
  readonly workingDays?: boolean
}

export const remindersOf = (envelope: Pick<Envelope, 'reminders'>): Reminders => JSON.parse(envelope.reminders) as Reminders

/** An empty draft; whoever may sign for the company stands in it as its first signer. */
export async function startDraft(db: Db, act: UserAct, user: User, language: Language = user.language): Promise<Envelope> {
  refuseToCreate(user)
  return db.transaction().execute(async (tx) => {
    const { envelope, entity } = await insertBlank(tx, act, user, language)
    if (maySign(user)) await insertRecipient(tx, envelope, recipientOfUser(user, entity))
    await append(tx, act, { type: 'envelope.drafted', envelopeId: envelope.id })
    return envelope
  })
}

export function refuseToCreate({ permissions }: Reader): void {
  if (!allows(permissions.documents.create)) throw new Refusal('forbidden', 'access.forbidden')
}

/** With the company's usual settings and nothing in it. */
export async function insertBlank(
  tx: Tx,
  act: UserAct,
  user: Pick<User, 'id'>,
  language: Language,
  as: Partial<Envelope> = {},
): Promise<{ readonly envelope: Envelope; readonly entity: LegalEntity }> {
  const made = await blank(tx, act.at, user, language, as)
  await tx.insertInto('envelope').values(made.envelope).execute()
  return made
}

/** An envelope with nothing in it, not stored yet. */
export async function blank(
  db: Db,
  at: Instant,
  user: Pick<User, 'id'>,
  language: Language,
  as: Partial<Envelope> = {},
): Promise<{ readonly envelope: Envelope; readonly entity: LegalEntity }> {
  const entity = await defaultLegalEntity(db)
  if (!entity) throw new Refusal('unavailable', 'setup.incomplete')
  const envelope: Envelope = {
    id: newId('env'),
    title: '',
    senderId: user.id,
    legalEntityId: entity.id,
    status: 'draft',
    subject: '',
    message: '',
    language,
    deadline: null,
    reminders: JSON.stringify(await readSetting(db, 'reminders')),
    delegation: 'other',
    version: 1,
    isSample: 0,
    createdAt: at,
    updatedAt: at,
    dispatchedAt: null,
    completedAt: null,
    endedAt: null,
    endReason: null,
    endedBy: null,
    dispatchFailure: null,
    responsibleId: null,
    isPublic: 0,
    templateId: null,
    templateVersion: null,
    deadlineDays: null,
    ...as,
  }
  return { envelope, entity }
}

/** The user's own draft in which nothing has been done yet, so that none is left behind by each look at a new one; else a new one. */
export async function openEmptyDraft(db: Db, act: UserAct, user: User, language: Language): Promise<Envelope> {
  refuseToCreate(user)
  const untouched = await db
    .selectFrom('envelope')
    .selectAll()
    .where('senderId', '=', user.id)
    .where('status', '=', 'draft')
    .where('version', '=', 1)
    .where('title', '=', '')
    .where((where) =>
      where.not(where.exists(where.selectFrom('document').select('document.id').whereRef('document.envelopeId', '=', 'envelope.id'))),
    )
    .orderBy('createdAt', 'desc')
    .executeTakeFirst()
  return untouched ?? startDraft(db, act, user, language)
}

/** What is still being prepared: an envelope's draft, or the design of a template. */
const CHANGEABLE: readonly Envelope['status'][] = ['draft', 'design']

/** An envelope that the user sees, or a template's design that they may change. */
export const findChangeable = async (db: Db, user: Reader, id: string, right: EnvelopeRight = 'view'): Promise<Envelope> =>
  (await isDesign(db, id)) ? findDesignFor(db, user, id, 'edit') : findEnvelopeFor(db, user, id, right)

/** Refused unless it is a draft, or a template's design, that the user may change, or discard. */
export async function findDraft(db: Db, user: Reader, id: string, right: 'edit' | 'delete' = 'edit'): Promise<Envelope> {
  const envelope = await findChangeable(db, user, id, right)
  if (!CHANGEABLE.includes(envelope.status)) throw new Refusal('conflict', 'envelope.not-a-draft')
  return envelope
}

/** Counts a change, so that a dispatch of what was seen before is refused. Answers the new version. */
export async function touchDraft(tx: Tx, at: Instant, envelope: Pick<Envelope, 'id' | 'version'>): Promise<number> {
  const version = envelope.version + 1
  const { numUpdatedRows } = await tx
    .updateTable('envelope')
    .set({ version, updatedAt: at })
    .where('id', '=', envelope.id)
    .where('version', '=', envelope.version)
    .where('status', 'in', CHANGEABLE)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'envelope.moved-on')
  return version
}

/** The whole shape of a change to a draft: find it, change it, count it. */
export function changingDraft<T>(
  db: Db,
  act: UserAct,
  user: Reader,
  id: string,
  change: (tx: Tx, draft: Envelope) => Promise<T>,
  /** The version that whoever changes it has seen; left out: whichever stands. */
  seen?: number,
): Promise<T> {
  return db.transaction().execute(async (tx) => {
    const draft = await findDraft(tx, user, id)
    if (seen !== undefined && draft.version !== seen) throw new Refusal('conflict', 'envelope.moved-on')
    const answer = await change(tx, draft)
    await touchDraft(tx, act.at, draft)
    return answer
  })
}

export interface DraftDetails {
  readonly title: string
  readonly legalEntityId: string
  readonly subject: string
  readonly message: string
  readonly language: Language
  /** Null: three months after it is sent. */
  readonly deadline: Instant | null
  readonly reminders: Reminders
  readonly delegation: Delegation
  /** Of a template's design alone. */
  readonly deadlineDays: number | null
}

/** Whose recipients may hand over to somebody else. */
export const DELEGATIONS: readonly Delegation[] = ['nobody', 'other', 'everybody']

export async function changeDraft(
  db: Db,
  act: UserAct,
  user: Reader,
  id: string,
  { reminders, ...details }: Partial<DraftDetails>,
  seen?: number,
): Promise<void> {
  if (details.deadline) refuseUnfitDeadline(details.deadline, act.at)
  return changingDraft(
    db,
    act,
    user,
    id,
    async (tx) => {
      if (details.legalEntityId) await findLegalEntity(tx, details.legalEntityId)
      await tx
        .updateTable('envelope')
        .set({ ...details, ...(reminders ? { reminders: JSON.stringify(reminders) } : {}), updatedAt: act.at })
        .where('id', '=', id)
        .execute()
    },
    seen,
  )
}

export function refuseUnfitDeadline(deadline: Instant, at: Instant): void {
  if (deadline < later(at, SHORTEST_DEADLINE)) throw new Refusal('invalid', 'envelope.deadline-too-soon')
  if (deadline > later(at, LONGEST_DEADLINE)) throw new Refusal('invalid', 'envelope.deadline-too-far')
}

/** Gone as if it had never been, but for the trail. Its stored files are orphans, which are swept. */
export function discardDraft(db: Db, act: UserAct, user: Reader, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const draft = await findDraft(tx, user, id, 'delete')
    if (draft.status !== 'draft') throw new Refusal('conflict', 'envelope.not-a-draft')
    await releaseNumbers(tx, draft)
    await clearContents(tx, draft)
    const { numDeletedRows } = await tx
      .deleteFrom('envelope')
      .where('id', '=', id)
      .where('version', '=', draft.version)
      .where('status', '=', 'draft')
      .executeTakeFirst()
    if (numDeletedRows !== 1n) throw new Refusal('conflict', 'envelope.moved-on')
    await append(tx, act, { type: 'envelope.discarded', envelopeId: id, ...(draft.title ? { clear: { title: draft.title } } : {}) })
  })
}

/** "Send again": the same documents, people and fields in a new draft, with new document IDs and nothing of what happened. */
export async function copyAsDraft(db: Db, act: UserAct, user: User, id: string): Promise<Envelope> {
  refuseToCreate(user)
  return db.transaction().execute(async (tx) => {
    const from = await findEnvelopeFor(tx, user, id)
    const { envelope } = await copyEnvelope(tx, act, from, { status: 'draft', senderId: user.id, isSample: from.isSample })
    await append(tx, act, { type: 'envelope.drafted', envelopeId: envelope.id, detail: { from: id } })
    return envelope
  })
}
