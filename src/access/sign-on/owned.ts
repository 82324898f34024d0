import type { IdentitySourceTable } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'

/** Where an account comes from. */
export interface Origin {
  readonly sourceId: string
  readonly kind: IdentitySourceTable['kind']
  readonly name: string
}

/** Whom the house knows by a source, all of them. Whoever is not in it has an account of the house. */
export async function originsOfUsers(db: Db): Promise<ReadonlyMap<string, Origin>> {
  const rows = await db
    .selectFrom('identity')
    .innerJoin('identitySource', 'identitySource.id', 'identity.sourceId')
    .select(['identity.userId', 'identitySource.id as sourceId', 'identitySource.kind', 'identitySource.name'])
    .execute()
  return new Map(rows.map(({ userId, ...origin }) => [userId, origin]))
}

export async function originOf(db: Db, userId: string): Promise<Origin | null> {
  const row = await db
    .selectFrom('identity')
    .innerJoin('identitySource', 'identitySource.id', 'identity.sourceId')
    .select(['identitySource.id as sourceId', 'identitySource.kind', 'identitySource.name'])
    .where('identity.userId', '=', userId)
    .executeTakeFirst()
  return row ?? null
}

export type OwnedField = 'email' | 'firstName' | 'lastName' | 'jobTitle' | 'phone'

/** What the source decides of an account, and nobody here: names and the address, and what else of its entries is read. */
export async function ownedFields(db: Db, userId: string): Promise<ReadonlySet<OwnedField>> {
  const row = await db
    .selectFrom('identity')
    .innerJoin('identitySource', 'identitySource.id', 'identity.sourceId')
    .select(['identitySource.kind', 'identitySource.settings'])
    .where('identity.userId', '=', userId)
    .executeTakeFirst()
  if (!row) return new Set()
  const always: OwnedField[] = ['email', 'firstName', 'lastName']
  if (row.kind === 'oidc') return new Set(always)
  const { attributes } = JSON.parse(row.settings) as { attributes: Readonly<Record<string, string>> }
  return new Set([...always, ...(['jobTitle', 'phone'] as const).filter((field) => attributes[field])])
}
