import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { newId } from '../../base/id.ts'
import { Refusal } from '../../base/refusal.ts'
import type { IdentityMappingRow, IdentitySourceTable, MappingTarget } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { firstValue, plainDn } from '../../ldap/name.ts'

/** Whoever is in that group of the source has this role, department or group here. */
export interface ShownMapping extends IdentityMappingRow {
  /** Null: it is no longer there, and the rule gives nothing. */
  readonly targetName: string | null
}

/** Names of groups as a rule and a person's entry are compared. */
export const groupKeyOf = (kind: IdentitySourceTable['kind'], group: string): string => (kind === 'ldap' ? plainDn(group) : group.trim())

export async function listMappings(db: Db, sourceId: string): Promise<ShownMapping[]> {
  const rows = await db
    .selectFrom('identityMapping')
    .selectAll()
    .where('sourceId', '=', sourceId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const names = await targetNames(db)
  return rows.map((row) => ({ ...row, targetName: names[row.targetKind].get(row.targetId) ?? null }))
}

export async function addMapping(
  tx: Tx,
  act: Act,
  source: Pick<IdentitySourceTable, 'id' | 'kind' | 'name'>,
  { group, kind, target }: { readonly group: string; readonly kind: MappingTarget; readonly target: string },
): Promise<void> {
  const groupKey = groupKeyOf(source.kind, group)
  if (!groupKey || (source.kind === 'ldap' && !groupKey.includes('='))) throw new Refusal('invalid', 'source.group-invalid')
  const targetName = (await targetNames(tx))[kind].get(target)
  if (targetName === undefined) throw new Refusal('invalid', 'source.target-unknown')
  const groupName = source.kind === 'ldap' ? firstValue(group.trim()) : group.trim()
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('identityMapping')
    .values({ id: newId('map'), sourceId: source.id, groupKey, groupName, targetKind: kind, targetId: target, createdAt: act.at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n) throw new Refusal('conflict', 'source.mapping-exists')
  await append(tx, act, {
    type: 'source.mapping-added',
    detail: { source: source.id, kind, target },
    clear: { name: source.name, group: groupName, target: targetName },
  })
}

/** Those who had it by this rule alone lose it when they are next looked at. */
export async function removeMapping(tx: Tx, act: Act, source: Pick<IdentitySourceTable, 'id' | 'name'>, id: string): Promise<void> {
  const row = await tx.selectFrom('identityMapping').selectAll().where('id', '=', id).where('sourceId', '=', source.id).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'source.mapping-unknown')
  await tx.deleteFrom('identityMapping').where('id', '=', id).execute()
  await append(tx, act, {
    type: 'source.mapping-removed',
    detail: { source: source.id, kind: row.targetKind, target: row.targetId },
    clear: { name: source.name, group: row.groupName, target: (await targetNames(tx))[row.targetKind].get(row.targetId) ?? '' },
  })
}

/** The rules that hold for somebody in these groups; of what is no longer there, none. In the order in which they were made. */
export async function mappingsFor(
  db: Db,
  source: Pick<IdentitySourceTable, 'id' | 'kind'>,
  groups: readonly string[],
): Promise<ShownMapping[]> {
  const keys = new Set(groups.map((group) => groupKeyOf(source.kind, group)))
  return (await listMappings(db, source.id)).filter(({ groupKey, targetName }) => keys.has(groupKey) && targetName !== null)
}

async function targetNames(db: Db): Promise<Readonly<Record<MappingTarget, ReadonlyMap<string, string>>>> {
  const names = async (table: 'role' | 'department' | 'userGroup') =>
    new Map((await db.selectFrom(table).select(['id', 'name']).execute()).map(({ id, name }) => [id, name]))
  return { role: await names('role'), department: await names('department'), group: await names('userGroup') }
}
