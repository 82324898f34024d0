import { expect, test } from 'bun:test'
import { sql } from 'kysely'
import { instant } from '../../src/base/instant.ts'
import { migrate, NewerDatabase } from '../../src/db/migrate.ts'
import { openTestDb } from '../support/database.ts'
import { onPostgres } from '../support/fresh.ts'

const at = instant('2026-01-15T12:00:00Z')

test('using the outer handle inside a transaction is an error, not a hang', async () => {
  await using db = await openTestDb()
  await expect(db.transaction().execute(() => db.selectFrom('setting').selectAll().execute())).rejects.toThrow('outer database handle')
  expect(await db.selectFrom('setting').selectAll().execute()).toEqual([])
})

test('a transaction that throws leaves nothing, and the next ones wait their turn', async () => {
  await using db = await openTestDb()
  const write = (key: string, fail: boolean) =>
    db.transaction().execute(async (tx) => {
      await tx.insertInto('setting').values({ key, value: '1', updatedAt: at }).execute()
      if (fail) throw new Error('no')
    })
  const results = await Promise.allSettled([write('a', false), write('b', true), write('c', false)])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((await db.selectFrom('setting').select('key').orderBy('key').execute()).map(({ key }) => key)).toEqual(['a', 'c'])
})

test.skipIf(onPostgres)('the pragmas that durability and safety rest on', async () => {
  await using db = await openTestDb()
  const read = async (name: string) =>
    Object.values((await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)).rows[0] ?? {})[0]
  expect([
    await read('synchronous'),
    await read('foreign_keys'),
    await read('trusted_schema'),
    await read('cell_size_check'),
    await read('secure_delete'),
  ]).toEqual([2, 1, 0, 1, 1])
})

test('a database that a later version changed is refused', async () => {
  await using db = await openTestDb()
  await sql`insert into kysely_migration values ('9999-later', '2030-01-01')`.execute(db)
  await expect(migrate(db)).rejects.toThrow(NewerDatabase)
})
