import { Database as Sqlite } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import postgres from 'postgres'
import { checkpoint } from '../../src/audit/checkpoint.ts'
import { keptCheckpointIn } from '../../src/audit/kept.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import { openHouse } from '../../src/cli/open-house.ts'
import { readConfig } from '../../src/config/config.ts'
import { isEmptyPostgres } from '../../src/db/carrying.ts'
import { holdLock } from '../../src/db/lock.ts'
import { migrate } from '../../src/db/migrate.ts'
import type { Db } from '../../src/db/open.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { factsOfFile } from '../../src/db/snapshot.ts'
import { findEnvelope } from '../../src/envelope/envelope.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { startRunner } from '../../src/jobs/runner.ts'
import { seriesFor, takeNumber } from '../../src/setting/numbering.ts'
import { readObject } from '../../src/store/object.ts'
import { hitsOfText, readTextQuery } from '../../src/vault/text-index.ts'
import { handlersOf } from '../../src/worker/handlers.ts'
import type { TestHouse } from '../support/house.ts'
import { pdfsig } from '../support/pdfsig.ts'
import { startCluster } from '../support/postgres.ts'
import { ann, CLAIRE, draftFor, recipientNamed, send, sign } from '../support/signing.ts'
import { houseOnDisk } from '../upkeep/backup/support.ts'

const ROOT = join(import.meta.dir, '../..')

async function move(
  folder: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<{ code: number | null; out: string }> {
  const child = Bun.spawn([process.execPath, 'src/main.ts', 'move', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: folder, ...more },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const out = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text())
  await child.exited
  return { code: child.exitCode, out }
}

const isEmpty = async (url: string): Promise<boolean> => {
  const db = openPostgres(url, 1)
  return db
    .transaction()
    .execute((tx) => isEmptyPostgres(tx))
    .finally(() => db.destroy())
}

/** Keys, references, what must not be missing, indexes: as PostgreSQL tells them. */
async function rulesOf(db: Db): Promise<unknown> {
  const bare = db.withoutPlugins() as unknown as Kysely<never>
  const constraints =
    await sql`select cast(cast(conrelid as regclass) as text) as t, conname, pg_get_constraintdef(oid) as rule from pg_constraint
    where connamespace = cast('public' as regnamespace) order by 1, 2`.execute(bare)
  const indexes = await sql`select indexdef from pg_indexes where schemaname = 'public' order by 1`.execute(bare)
  const triggers = await sql`select pg_get_triggerdef(oid) as rule from pg_trigger where not tgisinternal order by 1`.execute(bare)
  return [constraints.rows, indexes.rows, triggers.rows]
}

async function signOne(own: TestHouse): Promise<string> {
  const user = await ann(own)
  const { id } = await draftFor(own, user, [CLAIRE])
  await send(own, user, await findDraft(own.house.db, user, id))
  await sign(own, (await recipientNamed(own, id, 'Claire')).id)
  await own.drain()
  return id
}

/** As a field for an automatic number is given one. */
const numberFor = ({ house: { db, clock } }: TestHouse, envelopeId: string): Promise<string> =>
  db.transaction().execute(async (tx) => {
    const { legalEntityId } = await findEnvelope(tx, envelopeId)
    return takeNumber(tx, clock(), await seriesFor(tx, clock(), legalEntityId, null), envelopeId)
  })

test('an installation is carried to PostgreSQL whole, or not at all', async () => {
  await using cluster = await startCluster()
  const server = postgres(cluster.url('postgres'), { max: 1, onnotice: () => {} })
  for (const name of ['house', 'other', 'fresh']) await server.unsafe(`create database ${name}`)
  await server.end()
  const url = cluster.url('house')
  await using own = await houseOnDisk()
  const folder = own.house.config.dataDirectory
  const path = join(folder, 'paraphe.db')
  const signed = await signOne(own)
  const firstNumber = await numberFor(own, signed)
  const { note } = await checkpoint(own.house.db, own.house.clock(), 'paraphe test', own.house.keys.checkpointKey())
  const objects = await own.house.db.selectFrom('object').selectAll().orderBy('digest').execute()
  // The newest entries of the register are gone; their numbers are not given again.
  const raw = new Sqlite(path)
  raw.run("update sqlite_sequence set seq = 41 where name = 'vault_entry'")
  const facts = factsOfFile(path)

  // Whoever works on either is not disturbed; what cannot be meant is refused.
  const lock = holdLock(join(folder, 'lock'))!
  expect(await move(folder, ['--to', url])).toMatchObject({ code: 1, out: expect.stringContaining('already works on') })
  lock[Symbol.dispose]()
  expect(await move(folder, ['--to', url], { PARAPHE_DATABASE_URL: url })).toMatchObject({
    code: 1,
    out: expect.stringContaining('is set'),
  })
  expect(await move(join(folder, 'no'), ['--to', url])).toMatchObject({ code: 1, out: expect.stringContaining('no file of data') })
  expect(await move(folder, ['--to', 'mysql://x'])).toMatchObject({ code: 1 })
  expect(await move(folder, ['--to', url, '--vault', 's3'])).toMatchObject({ code: 1 })
  const other = openPostgres(cluster.url('other'), 1)
  await sql`create table note (text text)`.execute(other)
  await other.destroy()
  expect(await move(folder, ['--to', cluster.url('other')])).toMatchObject({ code: 1, out: expect.stringContaining('not empty') })

  // What PostgreSQL cannot keep as it is, and a log that is not whole, leave nothing there.
  raw.run("insert into setting values ('odd', 'a' || char(0) || 'b', '2026-01-01T00:00:00.000Z')")
  expect(await move(folder, ['--to', url])).toMatchObject({ code: 1, out: expect.stringContaining('setting: ') })
  raw.run("delete from setting where key = 'odd'")
  const triggers = raw.query<{ name: string; sql: string }, []>("select name, sql from sqlite_schema where type = 'trigger'").all()
  for (const { name } of triggers) raw.run(`drop trigger ${name}`)
  raw.run("update audit_leaf set entry = replace(entry, '2026', '2025') where seq = 2")
  expect(await move(folder, ['--to', url])).toMatchObject({ code: 1, out: expect.stringContaining('audit log is not whole') })
  raw.run("update audit_leaf set entry = replace(entry, '2025', '2026') where seq = 2")
  for (const { sql: text } of triggers) raw.run(text)
  expect(await isEmpty(url)).toBe(true)

  for (const failpoint of ['carry.migrated', 'carry.table:40', 'carry.before-commit']) {
    expect((await move(folder, ['--to', url], { PARAPHE_FAILPOINT: failpoint })).code).not.toBe(0)
    expect(await isEmpty(url)).toBe(true)
  }
  expect(factsOfFile(path)).toEqual(facts)

  const file = join(folder, 'address')
  writeFileSync(file, `${url}\n`)
  const { code, out } = await move(folder, ['--to-file', file])
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('is genuine') })
  expect(out).toContain('each compared by its number of rows and its digest')
  expect(factsOfFile(path)).toEqual(facts)
  expect(await move(folder, ['--to', url])).toMatchObject({ code: 1, out: expect.stringContaining('not empty') })
  raw.close()

  const { house, close } = await openHouse(readConfig({ PARAPHE_DATA: folder, PARAPHE_DATABASE_URL: url }))
  try {
    const fresh = openPostgres(cluster.url('fresh'), 1)
    await migrate(fresh)
    expect(await rulesOf(house.db)).toEqual(await rulesOf(fresh))
    await fresh.destroy()
    expect(await house.db.selectFrom('object').selectAll().orderBy('digest').execute()).toEqual(objects)
    for (const { digest, size } of objects) expect((await readObject(house.db, digest)).length).toBe(size)
    // The keys open, the log is whole, and goes on from what was kept beside the file.
    expect(house.keys.isLocked()).toBe(false)
    const kept = keptCheckpointIn(house.config.auditCheckpoint)
    expect((await verifyLog(house.db, kept)).findings).toEqual([])
    const last = await house.db.selectFrom('auditLeaf').select(['seq', 'type']).orderBy('seq', 'desc').executeTakeFirstOrThrow()
    expect(last).toEqual({ seq: facts.log!.size + 1, type: 'installation.carried' })
    const next = await checkpoint(house.db, house.clock(), 'another name', house.keys.checkpointKey())
    expect([next.note.split('\n')[0], next.note === note]).toEqual([note.split('\n')[0], false])
    const head = await house.db
      .selectFrom('revision')
      .innerJoin('document', 'document.id', 'revision.documentId')
      .select('objectDigest')
      .where('document.envelopeId', '=', signed)
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow()
    // (Debian's poppler leaves the time stamp of a document alone.)
    const judged = (await pdfsig(await readObject(house.db, head.objectDigest))).filter(({ field }) => !field.startsWith('DocTS'))
    expect(judged.map(({ validation }) => validation)).toEqual(judged.map(() => 'Signature is Valid.'))
    expect(judged.length).toBeGreaterThan(2)
    const { from, condition, seq } = await hitsOfText(house.db, { text: readTextQuery('consulting'), party: null, keys: null })
    expect((await sql`select ${seq} as seq from ${from} where ${condition}`.execute(house.db)).rows).toEqual([{ seq: 1 }])

    // Work goes on there, and numbers do too.
    const runner = startRunner(house.db, house.clock, handlersOf(house), { lanes: 0 })
    const there = { house, drain: () => runner.drain() } as TestHouse
    const second = await signOne(there)
    const entries = await house.db.selectFrom('vaultEntry').select(['seq', 'envelopeId']).orderBy('seq').execute()
    expect(entries).toEqual([
      { seq: 1, envelopeId: signed },
      { seq: 42, envelopeId: second },
    ])
    expect([firstNumber, await numberFor(there, second)].map((number) => number.slice(-4))).toEqual(['0001', '0002'])
    expect((await verifyLog(house.db, kept)).findings).toEqual([])
  } finally {
    await close()
  }
}, 300_000)
