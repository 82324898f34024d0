import { sql } from 'kysely'
import { folded } from '../base/folded.ts'
import { contains, searchWords } from '../db/containing.ts'
import type { Db } from '../db/open.ts'
import type { Contact } from './contacts.ts'
import type { Reader } from '../access/reach.ts'
import { visibleContacts } from './reach.ts'

export const SORTS = ['name', 'company', 'recent'] as const
export type Sort = (typeof SORTS)[number]

export interface DirectoryQuery {
  readonly search: string
  /** What stands in the company's name; empty: every company. */
  readonly company: string
  readonly sort: Sort
  /** The contact with which the page before ended, or empty. */
  readonly after: string
}

export const CONTACTS_A_PAGE = 50
/** Beyond these a person searches. */
const MOST_COMPANIES = 200

/** Every word of the search stands in a name, the company, the job title, the address or the number, whatever its case and accents. */
export async function listContacts(
  db: Db,
  reader: Reader,
  query: DirectoryQuery,
  most = CONTACTS_A_PAGE,
): Promise<{ contacts: Contact[]; next: string | null }> {
  let found = matching(db, reader, query).selectAll('contact')
  const { sort } = query
  if (query.after) found = found.where(behind(query.after, sort))
  const rows = await found
    .$if(sort === 'recent', (by) => by.orderBy('contact.updatedAt', 'desc').orderBy('contact.id', 'desc'))
    .$if(sort === 'company', (by) => by.orderBy('contact.companyKey'))
    .$if(sort !== 'recent', (by) => by.orderBy('contact.nameKey').orderBy('contact.id'))
    .limit(most + 1)
    .execute()
  const contacts = rows.slice(0, most)
  return { contacts, next: rows.length > most ? (contacts.at(-1)?.id ?? null) : null }
}

export async function countContacts(db: Db, reader: Reader, query: Pick<DirectoryQuery, 'search' | 'company'>): Promise<number> {
  const { count } = await matching(db, reader, query)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Somebody at this very address or number; the one changed last, where there are several. */
export async function findContactByAddress(
  db: Db,
  reader: Reader,
  { email, phone }: Pick<Contact, 'email' | 'phone'>,
): Promise<Contact | null> {
  if (!email && !phone) return null
  const found = await visibleContacts(db, reader, 'read')
    .selectAll('contact')
    .where((where) =>
      where.or([
        ...(email ? [where(where.fn<string>('lower', ['contact.email']), '=', email.toLowerCase())] : []),
        ...(phone ? [where('contact.phone', '=', phone)] : []),
      ]),
    )
    .orderBy('contact.updatedAt', 'desc')
    .executeTakeFirst()
  return found ?? null
}

/** By name, for a list to choose from. */
export async function listCompanies(db: Db, reader: Reader): Promise<string[]> {
  const rows = await visibleContacts(db, reader, 'read')
    .select(({ fn }) => fn.min<string>('contact.company').as('company'))
    .where('contact.companyKey', '!=', '')
    .groupBy('contact.companyKey')
    .orderBy('contact.companyKey')
    .limit(MOST_COMPANIES)
    .execute()
  return rows.map(({ company }) => company)
}

function matching(db: Db, reader: Reader, { search, company }: Pick<DirectoryQuery, 'search' | 'company'>) {
  let found = visibleContacts(db, reader, 'read')
  for (const word of searchWords(folded(search))) found = found.where(contains('contact.searchText', word))
  for (const word of searchWords(folded(company))) found = found.where(contains('contact.companyKey', word))
  return found
}

/** Where the row with that id stands, whoever sees it: its place in the order says nothing about it. */
const behind = (id: string, sort: Sort) =>
  sort === 'recent'
    ? sql<boolean>`(contact.updated_at, contact.id) < (select at.updated_at, at.id from contact as at where at.id = ${id})`
    : sort === 'company'
      ? sql<boolean>`(contact.company_key, contact.name_key, contact.id) > (select at.company_key, at.name_key, at.id from contact as at where at.id = ${id})`
      : sql<boolean>`(contact.name_key, contact.id) > (select at.name_key, at.id from contact as at where at.id = ${id})`
