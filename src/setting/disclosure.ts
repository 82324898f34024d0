import type { Act } from '../audit/act.ts'
import { append, sha256 } from '../audit/trail.ts'
import { utf8 } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Database, Language } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

/** The terms that a recipient reads and accepts. A version is never changed: what somebody accepted can always be read again. */
export type Disclosure = Database['disclosure']

/** The terms in force in a language; where that language has none, those of another. */
export async function currentDisclosure(db: Db, language: Language): Promise<Disclosure> {
  const rows = await db.selectFrom('disclosure').selectAll().orderBy('version', 'desc').orderBy('createdAt', 'desc').execute()
  const disclosure = rows.find((row) => row.language === language) ?? rows[0]
  if (!disclosure) throw new Refusal('unavailable', 'disclosure.missing')
  return disclosure
}

/** The newest terms of one of the languages, by their id; null for any other. */
export async function disclosureInForce(db: Db, id: string): Promise<Disclosure | null> {
  const disclosure = await db.selectFrom('disclosure').selectAll().where('id', '=', id).executeTakeFirst()
  return disclosure && (await currentDisclosure(db, disclosure.language as Language)).id === id ? disclosure : null
}

export async function findDisclosure(db: Db, id: string): Promise<Disclosure> {
  const disclosure = await db.selectFrom('disclosure').selectAll().where('id', '=', id).executeTakeFirst()
  if (!disclosure) throw new Refusal('not_found', 'disclosure.missing')
  return disclosure
}

export const disclosureDigest = (text: string): Digest => digestOf(sha256(utf8(text)))

/** A new version of the terms of one language; the same text again is the same version. */
export async function publishDisclosure(tx: Tx, act: Act, language: Language, text: string): Promise<Disclosure> {
  const last = await tx.selectFrom('disclosure').selectAll().where('language', '=', language).orderBy('version', 'desc').executeTakeFirst()
  if (last?.text === text) return last
  const disclosure: Disclosure = {
    id: newId('dis'),
    language,
    version: (last?.version ?? 0) + 1,
    text,
    digest: disclosureDigest(text),
    createdAt: act.at,
  }
  await tx.insertInto('disclosure').values(disclosure).execute()
  await append(tx, act, { type: 'disclosure.published', detail: { language, version: disclosure.version, digest: disclosure.digest } })
  return disclosure
}

export interface TermsPart {
  readonly kind: 'heading' | 'text'
  readonly text: string
}

/** Paragraphs; a short line of its own that ends like no sentence is a heading. */
export const partsOfTerms = (text: string): TermsPart[] =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((part) => ({ kind: /^[^\n]{1,60}$/.test(part) && !/[.:;!?…]$/.test(part) ? 'heading' : 'text', text: part }))
