import { expect, test } from 'bun:test'
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { ADMINISTRATION, OVERSIGHT } from '../../src/access/permissions.ts'
import { findUser, listCompanySigners } from '../../src/access/users.ts'
import { MIGRATIONS, migrate } from '../../src/db/migrate.ts'
import { openDb } from '../../src/db/open.ts'

test('the roles and rights of before become roles that people hold, and nobody may do less or more', async () => {
  const db = openDb(':memory:')
  const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0011'))
  const { error } = await new Migrator({
    db: db.withoutPlugins() as never,
    provider: { getMigrations: async () => before },
  }).migrateToLatest()
  expect(error).toBeUndefined()
  for (const [id, role, sign, stamp] of [
    ['usr_boss', 'administrator', 1, 1],
    ['usr_chief', 'supervisor', 0, 1],
    ['usr_clerk', 'employee', 1, 0],
    ['usr_temp', 'employee', 0, 0],
  ] as const)
    await sql`insert into "user" (id, email, first_name, last_name, job_title, language, role, may_sign, may_stamp, created_at)
      values (${id}, ${`${id}@acme.example`}, ${id}, '', '', 'en', ${role}, ${sign}, ${stamp}, '2026-01-01T00:00:00.000Z')`.execute(db)
  await migrate(db)
  const [boss, chief, clerk, temp] = [
    await findUser(db, 'usr_boss'),
    await findUser(db, 'usr_chief'),
    await findUser(db, 'usr_clerk'),
    await findUser(db, 'usr_temp'),
  ]
  expect(boss.permissions).toEqual({ ...ADMINISTRATION, signing: { sign: true, stamp: true } })
  expect(chief.permissions).toEqual({ ...OVERSIGHT, signing: { sign: false, stamp: true } })
  expect(clerk.permissions).toMatchObject({
    contacts: { read: 'all', add: 'all', edit: 'all', delete: 'all' },
    documents: { view: 'own', create: 'own', edit: 'own', delete: 'own', annul: 'none' },
    vault: { open: true, documents: 'own' },
    signing: { sign: true, stamp: false },
    permissions: { edit: false },
    console: { settings: false, authority: false, users: false, audit: false },
  })
  expect(temp.permissions).toEqual({ ...clerk.permissions, signing: { sign: false, stamp: false } })
  expect((await listCompanySigners(db)).map(({ id }) => id).sort()).toEqual(['usr_boss', 'usr_clerk'])
  const { rows } = await sql<{ name: string }>`select name from pragma_table_info('user')`.execute(db)
  expect(rows.map(({ name }) => name).filter((name) => ['role', 'may_sign', 'may_stamp'].includes(name))).toEqual([])
  await db.destroy()
})
