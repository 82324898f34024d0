import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { readPhoneNumber } from '../../base/phone-number.ts'
import { Refusal } from '../../base/refusal.ts'
import type { MappingTarget, UserRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { assignRolesIn, rolesHeldBy } from '../assigning.ts'
import { moveUser } from '../departments.ts'
import { groupsOf, putIntoGroups } from '../groups.ts'
import { fullName } from '../roles.ts'
import { changingRights } from '../standing.ts'
import { addressOf } from '../users.ts'
import { mappingsFor } from './mapping.ts'
import type { IdentitySource } from './source.ts'

/** A person as a source tells of them. Empty: it does not say. */
export interface ToldPerson {
  readonly subject: string
  /** As the source calls them: a distinguished name, a user name. */
  readonly name: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly jobTitle: string
  readonly phone: string
  readonly department: string
  readonly language: string
  /** As the source names them; see `groupKeyOf`. */
  readonly groups: readonly string[]
}

const line = (text: string, longest: number): string =>
  [
    ...text
      .normalize('NFC')
      .replace(/[\p{Cc}\u200b\u2028-\u202e\u2060-\u2069\ufeff]/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  ]
    .slice(0, longest)
    .join('')

/** What the source decides of an account, as columns. What it does not say stays. */
export function detailsOf(told: ToldPerson): Partial<Pick<UserRow, 'email' | 'firstName' | 'lastName' | 'jobTitle' | 'phone'>> {
  const email = addressOf(told.email)
  const phone = told.phone ? readPhoneNumber(told.phone) : null
  const [firstName, lastName, jobTitle] = [line(told.firstName, 80), line(told.lastName, 80), line(told.jobTitle, 120)]
  return {
    ...(email ? { email } : {}),
    ...(firstName ? { firstName } : {}),
    ...(lastName ? { lastName } : {}),
    ...(jobTitle ? { jobTitle } : {}),
    ...(phone ? { phone } : {}),
  }
}

/** The account says what the source says. An address that somebody else has here stays away. Whether anything changed. */
export async function followDetails(tx: Tx, act: Act, user: UserRow, told: ToldPerson): Promise<boolean> {
  const { email, ...others } = detailsOf(told)
  const isTaken =
    email !== undefined &&
    email !== user.email &&
    (await tx.selectFrom('user').select('id').where('email', '=', email).executeTakeFirst()) !== undefined
  const details = email && !isTaken ? { email, ...others } : others
  const changed = Object.entries(details).filter(([name, value]) => value !== user[name as keyof UserRow])
  if (!changed.length) return false
  const set = Object.fromEntries(changed) as Partial<UserRow>
  await tx.updateTable('user').set(set).where('id', '=', user.id).execute()
  const after = { ...user, ...set }
  await append(tx, act, {
    type: 'user.changed',
    detail: { user: user.id, by: 'source' },
    clear: { name: fullName(after), email: after.email },
  })
  return true
}

/**
 * Gives what the rules of the source give, and takes back what it gave and gives no longer: never what somebody has from anywhere else. `kept`: the
 * house refused, for nobody would be left to administer it.
 */
export async function followRights(
  db: Db,
  act: Act,
  source: IdentitySource,
  userId: string,
  told: ToldPerson,
): Promise<'changed' | 'same' | 'kept'> {
  const change = db.transaction().execute(async (tx): Promise<'changed' | 'same'> => {
    const wanted = await wantedBy(tx, source, told)
    const rows = await tx.selectFrom('identityGiven').selectAll().where('userId', '=', userId).execute()
    const given = (kind: MappingTarget): string[] => rows.filter(({ targetKind }) => targetKind === kind).map(({ targetId }) => targetId)
    const roles = await rolesHeldBy(tx, { kind: 'user', id: userId })
    const groups = await groupsOf(tx, userId)
    const user = await tx.selectFrom('user').select('departmentId').where('id', '=', userId).executeTakeFirstOrThrow()
    const [role, group] = [merged(roles, given('role'), wanted.roles), merged(groups, given('group'), wanted.groups)]
    const [hadDepartment = null] = given('department')
    const isOurs = user.departmentId === null || user.departmentId === hadDepartment
    const department = isOurs ? wanted.department : user.departmentId
    const next = { role: role.given, group: group.given, department: isOurs && department ? [department] : [] }
    const isSame =
      sameSet(roles, role.all) &&
      sameSet(groups, group.all) &&
      department === user.departmentId &&
      (['role', 'group', 'department'] as const).every((kind) => sameSet(new Set(given(kind)), new Set(next[kind])))
    if (isSame) return 'same'
    await changingRights(tx, null, async () => {
      await moveUser(tx, act, userId, department)
      await putIntoGroups(tx, act, userId, [...group.all])
      await assignRolesIn(tx, act, null, { kind: 'user', id: userId }, role.all)
    })
    await tx.deleteFrom('identityGiven').where('userId', '=', userId).execute()
    for (const kind of ['role', 'group', 'department'] as const)
      for (const targetId of next[kind])
        await tx
          .insertInto('identityGiven')
          .values({ userId, targetKind: kind, targetId, sourceId: source.id, createdAt: act.at })
          .execute()
    return 'changed'
  })
  try {
    return await change
  } catch (error) {
    if (error instanceof Refusal && error.code === 'conflict') return 'kept'
    throw error
  }
}

/** What stays by hand, with what the source gives now; and which of it is the source's. */
function merged(held: ReadonlySet<string>, given: readonly string[], wanted: ReadonlySet<string>): { all: Set<string>; given: string[] } {
  const byHand = [...held].filter((id) => !given.includes(id))
  return { all: new Set([...byHand, ...wanted]), given: [...wanted].filter((id) => !byHand.includes(id)) }
}

const sameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((id) => other.has(id))

export interface Wanted {
  readonly roles: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
  readonly department: string | null
}

/** A rule for a department comes before its name in the entry, and the first such rule before the next. */
export async function wantedBy(db: Db, source: IdentitySource, told: ToldPerson): Promise<Wanted> {
  const rules = await mappingsFor(db, source, told.groups)
  const of = (kind: MappingTarget): string[] => rules.filter(({ targetKind }) => targetKind === kind).map(({ targetId }) => targetId)
  const { baseRole } = source.settings.policy
  const base = baseRole ? await db.selectFrom('role').select('id').where('id', '=', baseRole).executeTakeFirst() : undefined
  return {
    roles: new Set([...(base ? [base.id] : []), ...of('role')]),
    groups: new Set(of('group')),
    department: of('department')[0] ?? (await departmentNamed(db, told.department)),
  }
}

/** One of that name, in any case; of several, none. */
async function departmentNamed(db: Db, name: string): Promise<string | null> {
  const wanted = name.trim().toLowerCase()
  if (!wanted) return null
  const found = (await db.selectFrom('department').select(['id', 'name']).execute()).filter((one) => one.name.toLowerCase() === wanted)
  return found.length === 1 ? found[0]!.id : null
}
