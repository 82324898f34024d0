import type { SecretKey } from '../../config/secret-key.ts'
import type { UserRow } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'
import type { LdapConnection } from '../../ldap/connection.ts'
import { findPerson, findSubject, groupsOf, openDirectory, refusalOf } from '../../ldap/directory.ts'
import { LdapFailure, type LdapPerson } from '../../ldap/server.ts'
import type { ToldPerson } from './following.ts'
import { type DirectorySource, findSource, listSources, serverOf } from './source.ts'

interface Tools {
  readonly db: Db
  readonly secretKey: SecretKey
}

/** What the directories said of a name and a password. */
export type DirectoryAnswer =
  | { readonly kind: 'theirs'; readonly source: DirectorySource; readonly told: ToldPerson }
  | { readonly kind: 'not-theirs' }
  /** Right, but the directory lets nobody in by it before it is changed there. */
  | { readonly kind: 'expired'; readonly source: DirectorySource }
  /** At least one did not answer, and none of the others knows them. */
  | { readonly kind: 'silent' }

/**
 * Asks the directories in their order, or the one alone to which the account of this address belongs. An empty password is asked of nobody. As much is
 * asked for a name that is nobody's as for one that is somebody's.
 */
export async function askDirectories(
  { db, secretKey }: Tools,
  account: UserRow | null,
  login: string,
  password: string,
): Promise<DirectoryAnswer> {
  const belongs = account && (await db.selectFrom('identity').selectAll().where('userId', '=', account.id).executeTakeFirst())
  const sources = (await listSources(db, secretKey)).filter(
    (source): source is DirectorySource => source.kind === 'ldap' && source.isOn && (!belongs || belongs.sourceId === source.id),
  )
  if (!password) return { kind: 'not-theirs' }
  let isSilent = false
  for (const source of sources)
    try {
      const answer = await askOne(source, login, password)
      if (answer.kind !== 'not-theirs') return answer
    } catch (error) {
      if (!(error instanceof LdapFailure)) throw error
      isSilent = true
    }
  return { kind: isSilent ? 'silent' : 'not-theirs' }
}

async function askOne(source: DirectorySource, login: string, password: string): Promise<DirectoryAnswer> {
  const { settings } = source
  await using directory = await openDirectory(serverOf(source))
  const person = await findPerson(directory, settings, login)
  const refusal = await refusalOf(serverOf(source), person?.dn ?? nobodyBelow(settings.baseDn), password)
  if (!person || !person.subject) return { kind: 'not-theirs' }
  if (refusal !== null) return isExpired(refusal) ? { kind: 'expired', source } : { kind: 'not-theirs' }
  return { kind: 'theirs', source, told: await toldBy(directory, source, person) }
}

/** Active Directory: 532 the password has expired, 773 it must be changed first; both only where it was right. */
const isExpired = (refusal: string): boolean => /\bdata (532|773)\b/i.test(refusal)

const nobodyBelow = (baseDn: string): string => `cn=${crypto.randomUUID()},${baseDn}`

export async function toldBy(directory: LdapConnection, source: DirectorySource, person: LdapPerson): Promise<ToldPerson> {
  const groups = await groupsOf(directory, source.settings, person)
  return { ...person, name: person.dn, groups: groups.map(({ dn }) => dn) }
}

/** Whether the password is that of the person to whom this account belongs at its directory. Null: it belongs to none. */
export async function isDirectoryPassword({ db, secretKey }: Tools, userId: string, password: string): Promise<boolean | null> {
  const belongs = await db.selectFrom('identity').selectAll().where('userId', '=', userId).executeTakeFirst()
  const source = belongs && (await findSource(db, secretKey, belongs.sourceId))
  if (!belongs || source?.kind !== 'ldap') return null
  if (!source.isOn || !password) return false
  await using directory = await openDirectory(serverOf(source))
  const person = await findSubject(directory, source.settings, belongs.subject)
  return person !== null && (await refusalOf(serverOf(source), person.dn, password)) === null
}
