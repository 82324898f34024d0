import type { Db, Tx } from '../db/open.ts'
import type { Act } from './act.ts'
import { append, digestOfErased } from './trail.ts'

/** Clear texts that say who somebody is. A reason or a title is what happened, not who. */
const OF_THE_NAMED: readonly string[] = ['name', 'email', 'address', 'phone']
/** Clear texts that say where somebody acted from. */
const OF_THE_ACTOR: readonly string[] = ['ip', 'userAgent']

export interface ClearText {
  readonly seq: number
  readonly name: string
  readonly envelopeId: string | null
}

/** What a person is known by apart from ids. `masked`: their addresses as entries tell them. */
export interface KnownBy {
  readonly emails: readonly string[]
  readonly names: readonly string[]
  readonly masked: readonly string[]
}

/**
 * What stands in clear about these people: their names and addresses where an entry names them, address and browser where they acted, or where
 * a visitor did who must have been them; their e-mail addresses wherever somebody typed them to sign in; and where their place was handed over,
 * by them or to them, their name and the reason.
 */
export async function clearTextsAbout(db: Db, ids: readonly string[], { emails, names, masked }: KnownBy): Promise<ClearText[]> {
  const found = new Map<string, ClearText>()
  const own = new Set(ids)
  for (let at = 0; at < ids.length; at += 500) {
    const rows = await db
      .selectFrom('auditSubject')
      .innerJoin('auditLeaf', 'auditLeaf.seq', 'auditSubject.seq')
      .innerJoin('auditClear', 'auditClear.seq', 'auditSubject.seq')
      .select(['auditClear.seq', 'auditClear.name', 'auditLeaf.envelopeId', 'auditLeaf.actorKind', 'auditLeaf.actorId', 'auditLeaf.entry'])
      .where('auditSubject.subject', 'in', ids.slice(at, at + 500))
      .where('auditClear.value', 'is not', null)
      .execute()
    for (const { seq, name, envelopeId, actorKind, actorId, entry } of rows) {
      const { detail = {} } = JSON.parse(entry) as { detail?: Record<string, unknown> }
      const isNamed = [detail['user'], detail['recipient'], detail['contact'], detail['request']].some((id) => own.has(id as string))
      const isActor = own.has(actorId ?? '') || (isNamed && actorKind === 'visitor')
      if ((isNamed && OF_THE_NAMED.includes(name)) || (isActor && OF_THE_ACTOR.includes(name)))
        found.set(`${seq} ${name}`, { seq, name, envelopeId })
    }
  }
  for (const email of emails)
    for (const { seq } of await db
      .selectFrom('auditClear')
      .select('seq')
      .where('name', '=', 'email')
      .where('value', '=', email)
      .execute()) {
      const sides = await db
        .selectFrom('auditClear')
        .innerJoin('auditLeaf', 'auditLeaf.seq', 'auditClear.seq')
        .select(['auditClear.name', 'auditLeaf.envelopeId', 'auditLeaf.actorKind'])
        .where('auditClear.seq', '=', seq)
        .where('auditClear.value', 'is not', null)
        .execute()
      for (const { name, envelopeId, actorKind } of sides)
        if (name === 'email' || (actorKind === 'visitor' && OF_THE_ACTOR.includes(name)))
          found.set(`${seq} ${name}`, { seq, name, envelopeId })
    }
  for (const { seq, name, envelopeId } of await handedOver(db, names, masked)) found.set(`${seq} ${name}`, { seq, name, envelopeId })
  return [...found.values()].sort((a, b) => a.seq - b.seq || (a.name < b.name ? -1 : 1))
}

/** A place changes hands under one id: whose name is whose, the name and the masked address say together. */
async function handedOver(db: Db, names: readonly string[], masked: readonly string[]): Promise<ClearText[]> {
  const found: ClearText[] = []
  for (const [name, beside] of [
    ['from', 'before'],
    ['name', 'address'],
  ] as const) {
    const rows = await db
      .selectFrom('auditClear')
      .innerJoin('auditLeaf', 'auditLeaf.seq', 'auditClear.seq')
      .select(['auditClear.seq', 'auditLeaf.envelopeId', 'auditLeaf.entry'])
      .where('auditClear.name', '=', name)
      .where('auditClear.value', 'in', ['', ...names])
      .where('auditLeaf.type', '=', 'recipient.delegated')
      .execute()
    for (const { seq, envelopeId, entry } of rows) {
      const { detail = {} } = JSON.parse(entry) as { detail?: Record<string, unknown> }
      if (!masked.includes(String(detail[beside]))) continue
      const reason = await db
        .selectFrom('auditClear')
        .select('seq')
        .where('seq', '=', seq)
        .where('name', '=', 'reason')
        .where('value', 'is not', null)
        .executeTakeFirst()
      found.push({ seq, name, envelopeId }, ...(reason ? [{ seq, name: 'reason', envelopeId }] : []))
    }
  }
  return found
}

/**
 * Takes the texts and their salts away, so that the commitments in the tree say nothing any more. The event tells how many and, by a digest,
 * which: whoever takes away more is found.
 */
export async function eraseClearTexts(tx: Tx, act: Act, person: string, texts: readonly ClearText[]): Promise<void> {
  const by = await append(tx, act, {
    type: 'person.erased',
    detail: { person, count: texts.length, erased: digestOfErased(texts) },
  })
  for (const { seq, name } of texts) {
    const { numUpdatedRows } = await tx
      .updateTable('auditClear')
      .set({ value: null, salt: new Uint8Array(), erasedBy: by })
      .where('seq', '=', seq)
      .where('name', '=', name)
      .where('value', 'is not', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows !== 1n) throw new Error(`the clear text ${name} of entry ${seq} was erased already`)
  }
}
