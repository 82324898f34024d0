import { sentence } from '../audit/sentence.ts'
import { trailOf, type TrailEntry } from '../audit/trail.ts'
import type { Instant } from '../base/instant.ts'
import type { Language } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { type Letter, lettersOf } from '../envelope/letters.ts'
import { notesOf } from '../envelope/notes.ts'
import { fill, words } from '../view/words.ts'

/** Events whose reason is for those who oversee every document, in the audit log. */
const PRIVATE: ReadonlySet<string> = new Set([
  'envelope.held',
  'envelope.hold-lift-asked',
  'envelope.hold-lift-refused',
  'envelope.hold-lifted',
])

export interface Happening {
  readonly at: Instant
  /** Who did it, where the text does not name them; null: the server itself. */
  readonly who: string | null
  readonly text: string
  /** The message that waits in the Outbox; null: none does. */
  readonly waiting: string | null
}

/** What the server does as a consequence: whoever caused it did not do it. */
const OWN = new Set<string>(['recipient.invited', 'envelope.sealing', 'ceremony.code-sent', 'document.prepared'])

/**
 * What happened to one envelope in plain words, newest first. A message is told once, by how far it has come: that it was asked for, that
 * it waits, that it was opened in the Outbox and that its link was seen there are four entries of the log about one thing.
 */
export async function historyOf(db: Db, language: Language, envelopeId: string): Promise<Happening[]> {
  const entries = await trailOf(db, envelopeId)
  const letters = await lettersOf(db, envelopeId)
  const users = await db.selectFrom('user').select(['id', 'firstName', 'lastName']).execute()
  const recipients = await db.selectFrom('recipient').select(['id', 'firstName', 'lastName']).where('envelopeId', '=', envelopeId).execute()
  const names = new Map([...users, ...recipients].map(({ id, firstName, lastName }) => [id, `${firstName} ${lastName}`.trim()]))
  // A recipient's place may have gone to somebody else since.
  const handed = entries.filter(({ type }) => type === 'recipient.delegated')
  const called = (id: string, seq: number): string | undefined =>
    handed.find((one) => one.detail['recipient'] === id && one.seq >= seq)?.clear['from'] ?? names.get(id)
  const told = words(language).board.notes.told
  const notes = new Map((await notesOf(db, envelopeId)).map(({ id, text }) => [id, fill(told, { text })]))
  return entries
    .flatMap((entry): Happening[] => {
      const letter = letters.find(({ id }) => id === entry.detail['message'])
      const told = letter
        ? toldOf(language, entry, letter, called)
        : isToldByLetter(entry, letters)
          ? null
          : (notes.get(String(entry.detail['note'])) ?? sentence(language, openly(entry)))
      if (told === null) return []
      const actor = 'id' in entry.actor && !OWN.has(entry.type) ? (called(entry.actor.id, entry.seq) ?? null) : null
      const waiting = entry.type === 'message.queued' && letter?.reach === 'waits' ? letter.id : null
      return [{ at: entry.at, who: actor && !told.includes(actor) && !waiting ? actor : null, text: told, waiting }]
    })
    .reverse()
}

/** Kept from this reader, and not erased: null would say so. */
const openly = (entry: TrailEntry): TrailEntry => (PRIVATE.has(entry.type) ? { ...entry, clear: { ...entry.clear, reason: '…' } } : entry)

/** Null: something else tells it. A message to the sender is told only where it did not arrive. */
function toldOf(
  language: Language,
  { type, seq }: TrailEntry,
  letter: Letter,
  called: (id: string, seq: number) => string | undefined,
): string | null {
  const { console, documents } = words(language)
  const told = documents.show.letters
  const params = { kind: console.outbox.kinds[letter.kind], name: called(letter.recipientId ?? letter.userId ?? '', seq) ?? '…' }
  if (type === 'message.failed') return fill(told.undelivered, params)
  if (letter.recipientId === null) return null
  switch (type) {
    case 'message.queued':
      return letter.reach === 'waits' ? fill(told.waits, params) : letter.reach === 'under-way' ? fill(told.underWay, params) : null
    case 'message.sent':
      return fill(told.sent, params)
    default:
      // Of a link and of a code, that it was seen in the Outbox is an entry of its own.
      return letter.kind === 'completed' ? fill(told.opened, params) : null
  }
}

/** An invitation and a code are told by how their message fares. */
function isToldByLetter({ type, detail }: TrailEntry, letters: readonly Letter[]): boolean {
  if (type === 'message.queued') return true
  const kind = type === 'recipient.invited' ? 'invitation' : type === 'ceremony.code-sent' ? 'code' : null
  return letters.some((one) => one.kind === kind && one.recipientId === detail['recipient'] && one.reach !== 'withdrawn')
}
