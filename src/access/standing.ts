import { Refusal } from '../base/refusal.ts'
import type { Tx } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import { covers, NO_PERMISSIONS, type Permissions, ROWS, valueOf, widest } from './permissions.ts'
import type { Reader } from './reach.ts'
import { permissionsOfRole } from './rights.ts'

interface Standing {
  readonly permissions: Permissions
  readonly isEnabled: boolean
  /** Their department and those above it. */
  readonly above: ReadonlySet<string>
  /** Folders with rights of their own and stamps for some, that name them, their groups or these departments. */
  readonly named: ReadonlySet<string>
}

/**
 * The whole shape of a change to who may do what: roles, who holds them, departments, groups, people. The state after it is looked at before it is
 * kept. Somebody enabled always manages users and permissions. Whoever may not edit permissions widens nobody's by a way round: neither anyone's
 * rights, nor the folders and stamps that name them, nor whom their own department lets them see. Null: whoever owns the machine.
 */
export async function changingRights<T>(tx: Tx, reader: Reader | null, change: () => Promise<T>): Promise<T> {
  const before = await standings(tx)
  const answer = await change()
  const after = await standings(tx)
  if ([...before.values()].some(mayRepair) && ![...after.values()].some(mayRepair)) throw new Refusal('conflict', 'user.last-administrator')
  // The one way in that does not hang on a source stays open.
  const { only, breakGlassUserId } = await readSetting(tx, 'signOn')
  if (only && breakGlassUserId && isRepairer(before, breakGlassUserId) && !isRepairer(after, breakGlassUserId))
    throw new Refusal('conflict', 'sign-on.break-glass-stays')
  if (reader && !reader.permissions.permissions.edit) {
    for (const [id, { permissions, named }] of after) {
      const held = before.get(id)
      if (held && (!covers(held.permissions, permissions) || [...named].some((one) => !held.named.has(one))))
        throw new Refusal('forbidden', 'permissions.would-widen')
    }
    const seen = seenBy(reader, before)
    if (isPlaceBound(reader) && [...seenBy(reader, after)].some((id) => before.has(id) && !seen.has(id)))
      throw new Refusal('forbidden', 'permissions.would-widen')
  }
  return answer
}

const mayRepair = ({ isEnabled, permissions }: Standing): boolean => isEnabled && permissions.console.users && permissions.permissions.edit

const isRepairer = (everybody: ReadonlyMap<string, Standing>, id: string): boolean => {
  const standing = everybody.get(id)
  return standing !== undefined && mayRepair(standing)
}

/** Everybody at once: an organisation is changed seldom, and has thousands of people at the most. */
async function standings(tx: Tx): Promise<Map<string, Standing>> {
  const roles = new Map((await tx.selectFrom('role').selectAll().execute()).map((role) => [role.id, permissionsOfRole(role)]))
  const departments = new Map((await tx.selectFrom('department').select(['id', 'parentId']).execute()).map((row) => [row.id, row.parentId]))
  const held = new Map<string, string[]>()
  for (const { roleId, holderKind, holderId } of await tx.selectFrom('roleAssignment').selectAll().execute())
    held.set(`${holderKind} ${holderId}`, [...(held.get(`${holderKind} ${holderId}`) ?? []), roleId])
  const groups = new Map<string, string[]>()
  for (const { groupId, userId } of await tx.selectFrom('userGroupMember').selectAll().execute())
    groups.set(userId, [...(groups.get(userId) ?? []), groupId])
  const naming = await namings(tx)
  const combined = new Map<string, Permissions>([['', NO_PERMISSIONS]])
  const standing = new Map<string, Standing>()
  for (const { id, departmentId, disabledAt, isService } of await tx
    .selectFrom('user')
    .select(['id', 'departmentId', 'disabledAt', 'isService'])
    .execute()) {
    const above = new Set<string>()
    for (let at = departmentId; at !== null && !above.has(at); at = departments.get(at) ?? null) above.add(at)
    const holders = [`user ${id}`, ...[...above].map((one) => `department ${one}`), ...(groups.get(id) ?? []).map((one) => `group ${one}`)]
    const ids = [...new Set(holders.flatMap((holder) => held.get(holder) ?? []))].sort()
    const key = ids.join(' ')
    const permissions = combined.get(key) ?? widest(ids.flatMap((role) => roles.get(role) ?? []))
    combined.set(key, permissions)
    const named = new Set(holders.flatMap((holder) => naming.get(holder) ?? []))
    standing.set(id, { permissions, isEnabled: disabledAt === null && !isService, above, named })
  }
  return standing
}

/** By whom is named: what it lets them do. To edit in a folder is to read in it too. */
async function namings(tx: Tx): Promise<Map<string, string[]>> {
  const named = new Map<string, string[]>()
  const add = (holder: string, ...what: string[]) => named.set(holder, [...(named.get(holder) ?? []), ...what])
  for (const { folderId, subjectKind, subjectId, right } of await tx.selectFrom('vaultFolderRight').selectAll().execute())
    add(`${subjectKind} ${subjectId}`, `read ${folderId}`, `${right} ${folderId}`)
  const stamps = tx.selectFrom('stampGrant').innerJoin('stamp', 'stamp.id', 'stampGrant.stampId').where('stamp.removedAt', 'is', null)
  for (const { stampId, kind, subjectId } of await stamps.select(['stampId', 'kind', 'subjectId']).execute())
    add(`${kind} ${subjectId}`, `stamp ${stampId}`)
  return named
}

/** Some right of theirs reaches as far as their department does. */
const isPlaceBound = ({ permissions }: Reader): boolean =>
  ROWS.some(({ section, row }) => ['department', 'departments', 'public'].includes(String(valueOf(permissions, section, row))))

/** Whom the reader's place in the tree lets them see, at the widest level that a department decides. */
function seenBy(reader: Reader, everybody: ReadonlyMap<string, Standing>): ReadonlySet<string> {
  const [own] = everybody.get(reader.id)?.above ?? []
  return new Set([...everybody].filter(([id, { above }]) => id === reader.id || (own !== undefined && above.has(own))).map(([id]) => id))
}
