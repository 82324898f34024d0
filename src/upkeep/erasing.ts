import { sql } from 'kysely'
import type { UserAct } from '../audit/act.ts'
import { clearTextsAbout, type ClearText, eraseClearTexts } from '../audit/erasing.ts'
import { folded } from '../base/folded.ts'
import { Refusal } from '../base/refusal.ts'
import type { EnvelopeStatus } from '../db/database.ts'
import { contains } from '../db/containing.ts'
import type { Db, Tx } from '../db/open.ts'
import { emptyWriteAheadLog } from '../db/write-ahead-log.ts'
import { heldAmong } from '../vault/legal-hold.ts'
import { masked } from '../mail/masked.ts'
import { eraseTexts, requestsOf, tracesOf } from './erasing-texts.ts'
import { ERASED, findPerson, type Person, type Place } from './persons.ts'

const UNDER_WAY: readonly EnvelopeStatus[] = ['draft', 'sending', 'sent', 'sealing']

/** What would be erased, what stays, and what forbids it. */
export interface Erasure {
  readonly person: Person
  readonly texts: readonly ClearText[]
  readonly messages: number
  /** Places whose name and address go: the directory, accounts that are closed, envelopes that came to nothing. */
  readonly goes: readonly Place[]
  /** Signed documents that name the person: evidence, which ends with its retention. */
  readonly stays: readonly Place[]
  readonly refusal: Refusal | null
}

export async function planErasure(db: Db, id: string): Promise<Erasure> {
  const person = await findPerson(db, id)
  const ids = person.places.map((place) => place.id)
  const emails = [...new Set(person.places.flatMap(({ email }) => (email ? [email, email.toLowerCase()] : [])))]
  const requests = await requestsOf(db, person)
  const texts = await clearTextsAbout(db, [...ids, ...requests.map((request) => request.id)], {
    emails,
    names: [...new Set(person.places.map(({ firstName, lastName }) => `${firstName} ${lastName}`.trim()))],
    masked: person.addresses.map(masked),
  })
  const stays = person.places.filter(({ envelope }) => envelope?.status === 'completed')
  const messages = await messagesOf(db, person.places)
  return {
    person,
    texts,
    messages,
    goes: person.places.filter((place) => !stays.includes(place)),
    stays,
    refusal: await refusalOf(db, person, texts),
  }
}

/**
 * Erases what the plan says, in one transaction, and then empties the write-ahead log, so that no freed page and no old page holds the texts. A
 * crash in between leaves that to the next checkpoint of SQLite, at the latest to the next start. `texts` is how many the person at the page saw.
 */
export async function erasePerson(db: Db, act: UserAct, id: string, seen: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { person, texts, goes, refusal } = await planErasure(tx, id)
    if (refusal) throw refusal
    if (texts.length !== seen) throw new Refusal('conflict', 'erasure.changed')
    const traces = await tracesOf(tx, person)
    await eraseClearTexts(tx, act, person.id, texts)
    await eraseMessages(tx, person.places)
    await eraseSessions(tx, person.places)
    for (const place of goes) await erasePlace(tx, act, place)
    await eraseImports(tx, person)
    await eraseTexts(tx, person, traces)
  })
  await emptyWriteAheadLog(db)
}

async function refusalOf(db: Db, { places }: Person, texts: readonly ClearText[]): Promise<Refusal | null> {
  const envelopes = [
    ...new Set([...places.map(({ envelope }) => envelope?.id), ...texts.map(({ envelopeId }) => envelopeId)].filter((one) => one != null)),
  ]
  const held = await heldAmong(db, envelopes)
  if (held) return new Refusal('conflict', 'erasure.held', { ...held })
  const busy = places.find(({ envelope }) => envelope && UNDER_WAY.includes(envelope.status))
  if (busy) return new Refusal('conflict', 'erasure.under-way', { title: busy.envelope?.title || ERASED })
  if (places.some(({ isOpen }) => isOpen)) return new Refusal('conflict', 'erasure.account-open')
  return null
}

const idsOf = (places: readonly Place[], kind: Place['kind']): string[] => places.filter((place) => place.kind === kind).map(({ id }) => id)

const ofPlaces = (places: readonly Place[]) =>
  sql<boolean>`(recipient_id in (${sql.join(['', ...idsOf(places, 'recipient')])}) or user_id in (${sql.join(['', ...idsOf(places, 'user')])}))`

async function messagesOf(db: Db, places: readonly Place[]): Promise<number> {
  const { count } = await db
    .selectFrom('message')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('address', '!=', ERASED)
    .where(ofPlaces(places))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** What waits still is not sent any more; of what was sent, no address and no dialogue stays. */
async function eraseMessages(tx: Tx, places: readonly Place[]): Promise<void> {
  const which = tx.selectFrom('message').select('id').where(ofPlaces(places))
  await tx.updateTable('messageAttempt').set({ detail: '' }).where('messageId', 'in', which).execute()
  await tx
    .updateTable('message')
    .set({ status: 'withdrawn' })
    .where('status', 'in', ['waiting', 'sending'])
    .where(ofPlaces(places))
    .execute()
  await tx.updateTable('message').set({ address: ERASED, params: '{}' }).where(ofPlaces(places)).execute()
  // What others were told of them, in the page and by message: names and reasons stand there as they were then.
  const recipients = idsOf(places, 'recipient')
  for (const id of recipients)
    await tx
      .updateTable('message')
      .set({ params: '{}' })
      .where('status', 'not in', ['waiting', 'sending'])
      .where(contains('params', `"${id}"`))
      .execute()
  await tx
    .deleteFrom('notification')
    .where((where) => where.or([where('recipientId', 'in', ['', ...recipients]), where('userId', 'in', ['', ...idsOf(places, 'user')])]))
    .execute()
}

async function eraseSessions(tx: Tx, places: readonly Place[]): Promise<void> {
  const nothing = { ip: null, userAgent: null }
  await tx
    .updateTable('userSession')
    .set(nothing)
    .where('userId', 'in', ['', ...idsOf(places, 'user')])
    .execute()
  await tx
    .updateTable('ceremonySession')
    .set(nothing)
    .where('recipientId', 'in', ['', ...idsOf(places, 'recipient')])
    .execute()
}

/** A contact can no longer be brought back from a merge or an import; files that nobody has taken over yet are forgotten, whoever stands in them. */
async function eraseImports(tx: Tx, { places }: Person): Promise<void> {
  const contacts = ['', ...idsOf(places, 'contact')]
  await tx.deleteFrom('contactImportRow').where('contactId', 'in', contacts).execute()
  await tx
    .deleteFrom('contactMerge')
    .where((where) => where.or([where('keptId', 'in', contacts), where('mergedId', 'in', contacts)]))
    .execute()
  await tx.deleteFrom('contactImport').where('importedAt', 'is', null).execute()
  const names = places.map(({ lastName }) => folded(lastName)).filter(Boolean)
  for (const { id, fileName } of await tx.selectFrom('contactImport').select(['id', 'fileName']).execute())
    if (names.some((name) => folded(fileName).includes(name)))
      await tx.updateTable('contactImport').set({ fileName: ERASED }).where('id', '=', id).execute()
}

async function erasePlace(tx: Tx, act: UserAct, { kind, id }: Place): Promise<void> {
  const nobody = { firstName: '', lastName: ERASED, phone: null, jobTitle: '' }
  if (kind === 'contact')
    await tx
      .updateTable('contact')
      .set({
        ...nobody,
        email: null,
        company: '',
        comment: '',
        companyDetails: '',
        nameKey: '',
        companyKey: '',
        searchText: '',
        updatedAt: act.at,
        removedAt: act.at,
      })
      .where('id', '=', id)
      .execute()
  else if (kind === 'user')
    await tx
      .updateTable('user')
      .set({ ...nobody, email: `${id}@erased.invalid`, passwordHash: null })
      .where('id', '=', id)
      .execute()
  else
    await tx
      .updateTable('recipient')
      .set({ ...nobody, email: null, company: '', companyDetails: '', declineReason: null })
      .where('id', '=', id)
      .execute()
}
