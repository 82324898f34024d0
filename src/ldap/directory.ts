import type { Entry } from 'ldapts'
import { type LdapConnection, openConnection } from './connection.ts'
import { filterFor, filterForAll, havingMember, havingMemberInChain, havingSubject } from './filter.ts'
import { firstValue, plainDn } from './name.ts'
import { type LdapAttributes, LdapFailure, type LdapGroup, type LdapLayout, type LdapPerson, type LdapServer } from './server.ts'

/** Groups inside groups: so deep, and so many, and no further. */
const DEEPEST = 30
const MOST_GROUPS = 2_000
/** So many members are asked for in one search. */
const AT_ONCE = 40

const LONGEST_LOGIN = 254

/** A name that somebody could sign in by: one short line. */
export const isLogin = (text: string): boolean => text.length > 0 && text.length <= LONGEST_LOGIN && !/\p{Cc}/u.test(text)

/** Whom the filter finds by this name; several are nobody, for no password says which. */
export async function findPerson(connection: LdapConnection, layout: LdapLayout, login: string): Promise<LdapPerson | null> {
  if (!isLogin(login)) return null
  const found = await connection.search(layout.baseDn, filterFor(layout.userFilter, login), attributesOf(layout))
  if (found.length > 1)
    throw new LdapFailure(
      'too-many',
      found
        .map(({ dn }) => dn)
        .join(' · ')
        .slice(0, 300),
    )
  return found[0] ? personOf(found[0], layout) : null
}

/** Whom the filter lets in, by what stays the same. */
export async function findSubject(connection: LdapConnection, layout: LdapLayout, subject: string): Promise<LdapPerson | null> {
  const [found] = await connection.search(
    layout.baseDn,
    havingSubject(layout.idAttribute, subject, layout.userFilter),
    attributesOf(layout),
  )
  return found ? personOf(found, layout) : null
}

/** Everybody whom the filter lets in, by their subject. One who has none cannot be followed, and is left out. */
export async function findEverybody(connection: LdapConnection, layout: LdapLayout): Promise<Map<string, LdapPerson>> {
  const found = await connection.search(layout.baseDn, filterForAll(layout.userFilter), attributesOf(layout))
  return new Map(found.flatMap((entry) => (subjectOf(entry, layout) ? [[subjectOf(entry, layout), personOf(entry, layout)] as const] : [])))
}

/** Every group that a person is in, groups inside groups as the layout says; each once, whatever circles there are. */
export async function groupsOf(
  connection: LdapConnection,
  layout: LdapLayout,
  person: Pick<LdapPerson, 'dn' | 'memberOf'>,
): Promise<LdapGroup[]> {
  const base = layout.groupBaseDn || layout.baseDn
  const groups = new Map<string, LdapGroup>()
  const add = (dn: string, name = firstValue(dn)): boolean => {
    const key = plainDn(dn)
    if (groups.has(key) || groups.size >= MOST_GROUPS) return false
    groups.set(key, { dn, name })
    return true
  }
  for (const dn of person.memberOf) add(dn)
  if (layout.nesting === 'chain') {
    for (const { dn } of await connection.search(base, havingMemberInChain(person.dn), ['cn'])) add(dn)
    return [...groups.values()]
  }
  let level = [person.dn, ...(layout.nesting === 'walk' ? person.memberOf : [])]
  for (let depth = 0; level.length && depth < DEEPEST; depth++) {
    const next: string[] = []
    for (let from = 0; from < level.length; from += AT_ONCE)
      for (const entry of await connection.search(base, havingMember(level.slice(from, from + AT_ONCE)), ['cn', 'memberOf']))
        for (const dn of [entry.dn, ...(layout.nesting === 'walk' ? textsOf(entry, 'memberOf') : [])]) if (add(dn)) next.push(dn)
    if (layout.nesting === 'direct') break
    level = next
  }
  return [...groups.values()]
}

/** The service account's view: connected, encrypted, signed in. */
export async function openDirectory(server: LdapServer): Promise<LdapConnection> {
  const connection = await openConnection(server)
  try {
    await connection.bindService()
    return connection
  } catch (error) {
    await connection[Symbol.asyncDispose]()
    throw error
  }
}

/** Asks with a connection of its own, so that the service account goes on being who it is. Null: the password is theirs. */
export async function refusalOf(server: LdapServer, dn: string, password: string): Promise<string | null> {
  await using connection = await openConnection(server)
  // Awaited here, or the connection would be closed before the answer.
  return await connection.bindAs(dn, password)
}

const attributesOf = ({ idAttribute, attributes }: LdapLayout): string[] => [
  ...new Set([idAttribute, ...Object.values(attributes), 'memberOf'].filter(Boolean)),
]

function personOf(entry: Entry, layout: LdapLayout): LdapPerson {
  const read = Object.fromEntries(
    Object.entries(layout.attributes).map(([name, attribute]) => [name, attribute ? (textsOf(entry, attribute)[0] ?? '') : '']),
  ) as Record<keyof LdapAttributes, string>
  return { ...read, dn: entry.dn, subject: subjectOf(entry, layout), memberOf: textsOf(entry, 'memberOf') }
}

function subjectOf(entry: Entry, { idAttribute }: LdapLayout): string {
  const value = valuesOf(entry, idAttribute)[0]
  return Buffer.isBuffer(value) ? value.toString('hex') : (value ?? '')
}

const textsOf = (entry: Entry, attribute: string): string[] =>
  valuesOf(entry, attribute).map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : value).normalize('NFC'))

/** Names of attributes have no case, and may come back in another. */
function valuesOf(entry: Entry, attribute: string): (string | Buffer)[] {
  const name = Object.keys(entry).find((key) => key.toLowerCase() === attribute.toLowerCase())
  const value = name && name !== 'dn' ? entry[name] : []
  return Array.isArray(value) ? [...value] : value === undefined ? [] : [value]
}
