import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import type { Db, Tx } from '../db/open.ts'

export interface Note {
  readonly id: string
  readonly userId: string | null
  readonly ruleId: string | null
  readonly text: string
  readonly at: Instant
}

export const LONGEST_NOTE = 2_000

/** Internal: it stands in the timeline of whoever sees the envelope. Its text is in no entry of the log and in no evidence package. */
export async function writeNote(
  tx: Tx,
  act: Act,
  note: { readonly envelopeId: string; readonly text: string; readonly ruleId?: string },
): Promise<void> {
  const id = newId('note')
  const userId = act.actor.kind === 'user' ? act.actor.id : null
  await tx
    .insertInto('envelopeNote')
    .values({ id, envelopeId: note.envelopeId, userId, ruleId: note.ruleId ?? null, text: note.text, at: act.at })
    .execute()
  await append(tx, act, { type: 'envelope.noted', envelopeId: note.envelopeId, detail: { note: id } })
}

/** Oldest first. */
export const notesOf = (db: Db, envelopeId: string): Promise<Note[]> =>
  db
    .selectFrom('envelopeNote')
    .select(['id', 'userId', 'ruleId', 'text', 'at'])
    .where('envelopeId', '=', envelopeId)
    .orderBy('at')
    .orderBy('id')
    .execute()

export const addNote = (db: Db, act: Act, envelopeId: string, text: string): Promise<void> =>
  db.transaction().execute((tx) => writeNote(tx, act, { envelopeId, text }))
