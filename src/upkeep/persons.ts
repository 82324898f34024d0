import { sql } from 'kysely'
import { contains, searchWords } from '../db/containing.ts'
import { Refusal } from '../base/refusal.ts'
import type { EnvelopeStatus } from '../db/database.ts'
import type { Db } from '../db/open.ts'

/** One place where a person stands: an account, an entry of the directory, a recipient of one envelope. */
export interface Place {
  readonly kind: 'user' | 'contact' | 'recipient'
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string | null
  readonly phone: string | null
  /** Of a recipient. */
  readonly envelope: { readonly id: string; readonly title: string; readonly status: EnvelopeStatus } | null
  /** An account that may sign in. */
  readonly isOpen: boolean
}

/** Everything that is the same person: one last name at one address or number. */
export interface Person {
  /** Any of its places names it. */
  readonly id: string
  readonly name: string
  readonly addresses: readonly string[]
  readonly places: readonly Place[]
}

/** What stands where a name was. */
export const ERASED = '…'

const MOST = 40

/** People of that name, address or number, each once. */
export async function findPersons(db: Db, text: string): Promise<Person[]> {
  const words = searchWords(text)
  if (!words.length) return []
  const whole = sql`(first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, ''))`
  const persons = new Map<string, Person>()
  for (const table of ['user', 'contact', 'recipient'] as const) {
    const rows = await db
      .selectFrom(table)
      .select('id')
      .where('lastName', '!=', ERASED)
      .where(
        sql<boolean>`(${sql.join(
          words.map((word) => contains(whole, word)),
          sql` and `,
        )})`,
      )
      .orderBy('lastName')
      .limit(MOST)
      .execute()
    for (const { id } of rows) {
      if ([...persons.values()].some(({ places }) => places.some((place) => place.id === id))) continue
      if (persons.size >= MOST) break
      persons.set(id, await findPerson(db, id))
    }
  }
  return [...persons.values()]
}

/** The person who stands at this place, with all of theirs. */
export async function findPerson(db: Db, id: string): Promise<Person> {
  const [own] = await placesWhere(db, sql<boolean>`id = ${id}`)
  if (!own || own.lastName === ERASED) throw new Refusal('not_found', 'erasure.unknown')
  const places: Place[] = [own]
  // Contacts that were merged are one person, whatever each of them was called and reached by.
  const identities: Pick<Place, 'id' | 'email' | 'phone' | 'lastName'>[] = [own]
  for (let at = 0; at < identities.length; at++) {
    const one = identities[at]!
    for (const place of one.email || one.phone ? await placesWhere(db, sameAs(one)) : [])
      if (!places.some((known) => known.id === place.id)) places.push(place)
    for (const place of places) {
      if (place.kind !== 'contact') continue
      for (const linked of await placesWhere(db, mergedWith(place.id)))
        if (linked.kind === 'contact' && linked.lastName !== ERASED && !identities.some((known) => known.id === linked.id)) {
          identities.push(linked)
          if (!places.some((known) => known.id === linked.id)) places.push(linked)
        }
    }
  }
  return {
    id,
    name: `${own.firstName} ${own.lastName}`.trim(),
    addresses: [...new Set(places.flatMap((place) => [place.email, place.phone]).filter((address) => address !== null))],
    places,
  }
}

const sameAs = ({ id, email, phone, lastName }: Pick<Place, 'id' | 'email' | 'phone' | 'lastName'>) =>
  sql<boolean>`(id = ${id} or (lower(last_name) = ${lastName.toLowerCase()} and (lower(email) = ${email?.toLowerCase() ?? ''} or phone = ${phone ?? ''})))`

const mergedWith = (id: string) =>
  sql<boolean>`id in (select contact.id from contact where contact.merged_into = ${id}
    union select contact.merged_into from contact where contact.id = ${id} and contact.merged_into is not null)`

async function placesWhere(db: Db, which: ReturnType<typeof sql<boolean>>): Promise<Place[]> {
  const columns = ['id', 'firstName', 'lastName', 'email', 'phone'] as const
  const users = await db
    .selectFrom('user')
    .select([...columns, 'disabledAt'])
    .where(which)
    .execute()
  const contacts = await db.selectFrom('contact').select(columns).where(which).execute()
  const recipients = await db
    .selectFrom('recipient')
    .select([...columns, 'envelopeId'])
    .where(which)
    .execute()
  const envelopes = recipients.length
    ? await db
        .selectFrom('envelope')
        .select(['id', 'title', 'status'])
        .where('id', 'in', [...new Set(recipients.map(({ envelopeId }) => envelopeId))].slice(0, 10_000))
        .execute()
    : []
  const byId = new Map(envelopes.map((envelope) => [envelope.id, envelope]))
  return [
    ...users.map(({ disabledAt, ...user }) => ({ ...user, kind: 'user' as const, envelope: null, isOpen: disabledAt === null })),
    ...contacts.map((contact) => ({ ...contact, kind: 'contact' as const, envelope: null, isOpen: false })),
    ...recipients.map(({ envelopeId, ...recipient }) => ({
      ...recipient,
      kind: 'recipient' as const,
      envelope: byId.get(envelopeId) ?? null,
      isOpen: false,
    })),
  ]
}
