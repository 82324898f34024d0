import { Kysely, sql } from 'kysely'
import { failpoint } from '../base/failpoint.ts'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import * as first from '../../migrations/0001-first.ts'
import * as envelope from '../../migrations/0002-envelope.ts'
import * as auditLog from '../../migrations/0003-audit-log.ts'
import * as authorityLife from '../../migrations/0004-authority-life.ts'
import * as annulment from '../../migrations/0005-annulment.ts'
import * as signedInputs from '../../migrations/0006-signed-inputs.ts'
import * as outsideSeal from '../../migrations/0010-outside-seal.ts'
import * as access from '../../migrations/0011-access.ts'
import * as directory from '../../migrations/0012-directory.ts'
import * as fieldRules from '../../migrations/0013-field-rules.ts'
import * as fieldOrigin from '../../migrations/0014-field-origin.ts'
import * as template from '../../migrations/0015-template.ts'
import * as board from '../../migrations/0016-board.ts'
import * as followingUp from '../../migrations/0017-following-up.ts'
import * as vault from '../../migrations/0018-vault.ts'
import * as localSignOn from '../../migrations/0020-local-sign-on.ts'
import * as identitySource from '../../migrations/0021-identity-source.ts'
import * as backup from '../../migrations/0022-backup.ts'
import * as integration from '../../migrations/0023-integration.ts'
import * as webhooks from '../../migrations/0024-webhooks.ts'
import * as watching from '../../migrations/0025-watching.ts'
import { BYTEWISE } from './bytewise.ts'
import { isPostgres } from './dialect.ts'
import * as embedding from '../../migrations/0027-embedding.ts'
import type { Db } from './open.ts'

/** Every migration, by name, in order. Frozen once released: a change is a new file. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-envelope': envelope,
  '0003-audit-log': auditLog,
  '0004-authority-life': authorityLife,
  '0005-annulment': annulment,
  '0006-signed-inputs': signedInputs,
  '0010-outside-seal': outsideSeal,
  '0011-access': access,
  '0012-directory': directory,
  '0013-field-rules': fieldRules,
  '0014-field-origin': fieldOrigin,
  '0015-template': template,
  '0016-board': board,
  '0017-following-up': followingUp,
  '0018-vault': vault,
  '0020-local-sign-on': localSignOn,
  '0021-identity-source': identitySource,
  '0022-backup': backup,
  '0023-integration': integration,
  '0024-webhooks': webhooks,
  '0025-watching': watching,
  '0027-embedding': embedding,
}

/** A database that a later version has changed: it is never opened by an earlier one. */
export class NewerDatabase extends Error {
  override name = 'NewerDatabase'
}

/** What this version would apply, in order. Throws NewerDatabase where a later version has changed the database. */
export async function pendingMigrations(db: Db): Promise<readonly string[]> {
  const applied = await appliedMigrations(db)
  const unknown = applied.filter((name) => !(name in MIGRATIONS))
  if (unknown.length) throw new NewerDatabase(`the database was changed by a later version of Paraphe (${unknown.join(', ')})`)
  return Object.keys(MIGRATIONS).filter((name) => !applied.includes(name))
}

/** Brings the database to this version, all of it in one transaction: a crash leaves the old schema or the new one, never one between. */
export async function migrate(db: Db): Promise<readonly string[]> {
  await pendingMigrations(db)
  const provider: MigrationProvider = { getMigrations: async () => Object.fromEntries(Object.entries(MIGRATIONS).map(watched)) }
  // The table names of Kysely's own book-keeping must not be translated, so the plugin is left out.
  const bare = db.withoutPlugins() as Kysely<unknown>
  const { error, results } = await new Migrator({ db: isPostgres(db) ? bare.withPlugin(BYTEWISE) : bare, provider }).migrateToLatest()
  if (error) throw error instanceof Error ? error : new Error(String(error))
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

const watched = ([name, { up }]: [string, Migration]): [string, Migration] => [
  name,
  {
    async up(db: Kysely<unknown>) {
      failpoint('migration.begun')
      // It may take as long as it needs, in its own transaction.
      if (isPostgres(db)) await sql`set local statement_timeout = 0`.execute(db)
      await up(db as never)
      failpoint('migration.done')
    },
  },
]

/** Whether the database is as this version needs it: a later version may have changed it under a running one. */
export const areMigrationsCurrent = async (db: Db): Promise<boolean> => {
  const applied = await appliedMigrations(db)
  return applied.length === Object.keys(MIGRATIONS).length && applied.every((name) => name in MIGRATIONS)
}

/** By name, in the order in which they were applied. */
export async function appliedMigrations(db: Db): Promise<string[]> {
  const exists = (await db.introspection.getTables({ withInternalKyselyTables: true })).some(
    (table) => table.name === 'kysely_migration' || table.name === 'kyselyMigration',
  )
  if (!exists) return []
  return (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map((row) => row.name)
}
