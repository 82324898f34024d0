import { expect, test } from 'bun:test'
import { type Kysely, sql } from 'kysely'
import { MIGRATIONS, migrate } from '../../src/db/migrate.ts'
import { openDb } from '../../src/db/open.ts'
import { listSeries, seriesFor, takeNumber } from '../../src/setting/numbering.ts'
import { companyDetailsOf, listLegalEntities } from '../../src/setting/legal-entity.ts'
import { NOON } from '../envelope/support.ts'

test('a directory of before is found by its words, its numbers go on, and its bank is kept', async () => {
  const db = openDb(':memory:')
  try {
    // As it stood before: every earlier migration, and rows as they were written then.
    const earlier = Object.keys(MIGRATIONS).filter((name) => name < '0011')
    for (const name of earlier) await MIGRATIONS[name]!.up(db.withoutPlugins() as Kysely<unknown>)
    await sql`create table kysely_migration (name text primary key not null, timestamp text not null)`.execute(db)
    await sql`create table kysely_migration_lock (id text primary key not null, is_locked integer not null)`.execute(db)
    await sql`insert into kysely_migration_lock values ('migration_lock', 0)`.execute(db)
    for (const name of earlier) await sql`insert into kysely_migration values (${name}, '2026-01-01')`.execute(db)
    const details = JSON.stringify({ registrationNumber: '1', bank: 'BNP\nIBAN FR76' })
    await sql`insert into legal_entity values ('ent_1', 'Acme', 'FR', 'Paris', ${details}, null, 1, ${NOON})`.execute(db)
    await sql`insert into user values ('usr_1', 'ann@acme.example', 'Ann', 'Archer', '', null, 'en', null, 'employee', 0, 0, ${NOON}, null)`.execute(
      db,
    )
    await sql`insert into contact values ('con_1', 'usr_1', 'Zoë', 'Œuvrard', 'z@x.example', null, 'Café', '', null, '', ${NOON}, ${NOON}, null)`.execute(
      db,
    )
    await sql`insert into numbering_series values ('num_1', 'ent_1', '', '', 1, 2026, 8, 4)`.execute(db)
    await sql`insert into envelope (id, title, sender_id, legal_entity_id, status, subject, message, language, reminders, version, is_sample, created_at, updated_at)
      values ('env_1', 't', 'usr_1', 'ent_1', 'sent', '', '', 'en', '{}', 1, 0, ${NOON}, ${NOON})`.execute(db)
    await sql`insert into document (id, envelope_id, position, title, file_name, document_id, original_digest, source_digest, pages, findings, created_at)
      values ('doc_1', 'env_1', 0, 't', 't', 'd', 'x', 'x', '[]', '{}', ${NOON})`.execute(db)
    for (const id of ['fld_1', 'fld_2'])
      await sql`insert into field (id, document_id, kind, page, x, y, width, height, required, read_only, label, value, font_size)
        values (${id}, 'doc_1', 'number', 0, 0, 0, 9, 9, 0, 1, '', '2026-0007', 9)`.execute(db)
    await migrate(db)

    expect(await db.selectFrom('contact').select(['nameKey', 'companyKey', 'searchText', 'mergedInto']).execute()).toEqual([
      { nameKey: 'oeuvrard zoe', companyKey: 'cafe', searchText: 'zoe oeuvrard cafe z@x.example', mergedInto: null },
    ])
    expect(await db.selectFrom('issuedNumber').select(['seriesId', 'year', 'number', 'envelopeId', 'value']).execute()).toEqual([
      { seriesId: 'num_1', year: 2026, number: 7, envelopeId: 'env_1', value: '2026-0007' },
    ])
    expect(await listSeries(db)).toMatchObject([{ id: 'num_1', isDefault: 1 }])
    expect(await db.transaction().execute(async (tx) => takeNumber(tx, NOON, await seriesFor(tx, NOON, 'ent_1', null), 'env_2'))).toBe(
      '2026-0008',
    )
    const [acme] = await listLegalEntities(db)
    expect(companyDetailsOf(acme!)).toBe('Acme\nParis\nSIREN 1\nBNP, IBAN FR76')
  } finally {
    await db.destroy()
  }
})
