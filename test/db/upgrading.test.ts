import { Database as Sqlite } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync, cpSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { instant } from '../../src/base/instant.ts'
import { holdLock } from '../../src/db/lock.ts'
import { MIGRATIONS } from '../../src/db/migrate.ts'
import { openDb } from '../../src/db/open.ts'
import { goBack, listCopies, upgrade } from '../../src/db/upgrading.ts'
import { readObject } from '../../src/store/object.ts'
import type { Digest } from '../../src/base/digest.ts'

const ROOT = join(import.meta.dir, '../..')
const NAMES = Object.keys(MIGRATIONS)
/** Three releases back, so to say. */
const OLD = NAMES.slice(0, NAMES.indexOf('0011-access') + 1)
const BYTES = new Uint8Array(5_000).fill(7)
const DIGEST = new Bun.CryptoHasher('sha256').update(BYTES).digest('hex') as Digest

/** A data folder of an earlier version, with a stored file in it. */
async function olderFolder(names = OLD): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-upgrade-'))
  const db = openDb(join(folder, 'paraphe.db'))
  const provider = { getMigrations: async () => Object.fromEntries(names.map((name) => [name, MIGRATIONS[name]!])) }
  const { error } = await new Migrator({ db: db.withoutPlugins() as Kysely<unknown>, provider }).migrateToLatest()
  if (error) throw error
  await sql`insert into object (digest, size, created_at) values (${DIGEST}, ${BYTES.length}, '2026-01-01T00:00:00.000Z')`.execute(db)
  await sql`insert into chunk (digest, bytes) values (${DIGEST}, ${BYTES})`.execute(db)
  await sql`insert into object_part (object_digest, position, chunk_digest, size) values (${DIGEST}, 0, ${DIGEST}, ${BYTES.length})`.execute(
    db,
  )
  await db.destroy()
  return folder
}

/** Everything that the file says about itself, and what it has seen. */
function schemaOf(path: string): string {
  const sqlite = new Sqlite(path, { readwrite: true })
  try {
    const rows = sqlite.query("select type, name, sql from sqlite_schema where name not like 'vault_text_%' order by type, name").all()
    const seen = sqlite.query('select name from kysely_migration order by name').all()
    expect(sqlite.query('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    return JSON.stringify([rows, seen])
  } finally {
    sqlite.close()
  }
}

async function paraphe(folder: string, args: readonly string[], failpoint = ''): Promise<{ code: number | null; out: string }> {
  const child = Bun.spawn([process.execPath, 'src/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: folder, PARAPHE_FAILPOINT: failpoint },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const out = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text())
  await child.exited
  return { code: child.signalCode ? null : child.exitCode, out }
}

const KILLS = Number(process.env['PARAPHE_UPGRADE_KILLS'] ?? 16)

test(`killed at every step of an upgrade, and at ${KILLS} of its statements, the file is the old one or the new one`, async () => {
  const from = await olderFolder()
  const folder = `${from}-try`
  const file = join(folder, 'paraphe.db')
  const again = (): void => {
    rmSync(folder, { recursive: true, force: true })
    cpSync(from, folder, { recursive: true })
  }
  try {
    again()
    const old = schemaOf(file)
    expect((await paraphe(folder, ['migrate'])).code).toBe(0)
    const fresh = schemaOf(file)
    expect(fresh).not.toBe(old)
    const steps = NAMES.length - OLD.length
    const points = [
      ...['before-copy', 'copy-written', 'before-rename', 'copied', 'migrated'].map((point) => `upgrade.${point}`),
      ...Array.from({ length: steps }, (_, step) => [`migration.begun:${step + 1}`, `migration.done:${step + 1}`]).flat(),
      ...Array.from({ length: KILLS }, (_, kill) => `database.statement:${3 + Math.floor((kill * 420) / KILLS)}`),
    ]
    const seen = { old: 0, fresh: 0, through: 0 }
    for (const point of points) {
      again()
      const { code } = await paraphe(folder, ['migrate'], point)
      const now = schemaOf(file)
      expect([point, now === old || now === fresh]).toEqual([point, true])
      // Past the end of the statements nothing is killed.
      if (code === 0) seen.through++
      seen[now === old ? 'old' : 'fresh']++
      if (now === old && existsSync(join(folder, 'before-0012'))) expect(listCopies(folder)).toHaveLength(1)
      expect((await paraphe(folder, ['migrate'])).code).toBe(0)
      expect([point, schemaOf(file) === fresh, listCopies(folder).map(({ name }) => name)]).toEqual([point, true, ['before-0012']])
      expect(readdirSync(folder).filter((name) => name.startsWith('partial-'))).toEqual([])
    }
    expect(seen.old).toBeGreaterThan(steps)
    expect(seen.fresh).toBeGreaterThan(0)
  } finally {
    for (const one of [from, folder]) rmSync(one, { recursive: true, force: true })
  }
}, 600_000)

test('the way back: the tables of then with the chunks of now, and what stood there is kept', async () => {
  const folder = await olderFolder()
  const file = join(folder, 'paraphe.db')
  try {
    const old = schemaOf(file)
    expect((await paraphe(folder, ['migrate', '--dry-run'])).out).toContain(
      `This version would apply ${NAMES.slice(OLD.length).join(', ')}.`,
    )
    expect(schemaOf(file)).toBe(old)
    expect((await paraphe(folder, ['migrate'])).out).toContain('before-0012')
    // The copy holds no chunk: it stays small however much is stored.
    const copy = new Sqlite(join(folder, 'before-0012', 'paraphe.db'))
    expect([copy.query('select count(*) as n from chunk').get(), copy.query('select count(*) as n from object').get()]).toEqual([
      { n: 0 },
      { n: 1 },
    ])
    copy.close()
    for (const point of ['back.before-rename', '']) {
      const { code, out } = await paraphe(folder, ['migrate', '--back', 'before-0012'], point)
      expect([point, code]).toEqual([point, point ? null : 0])
      if (!point) expect(out).toContain('Start the version of then')
    }
    expect(schemaOf(file)).toBe(old)
    const db = openDb(file)
    expect(await readObject(db, DIGEST)).toEqual(BYTES)
    await db.destroy()
    expect(readdirSync(folder).filter((name) => name.startsWith('undone-')).length).toBeGreaterThan(0)
    expect((await paraphe(folder, ['migrate', '--back', 'before-9999'])).out).toContain('there is no copy before-9999')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

test('three copies are kept, and a database of this version is not copied', async () => {
  const folder = await olderFolder(NAMES)
  const file = join(folder, 'paraphe.db')
  const db = openDb(file)
  try {
    expect(await upgrade(db, file, instant('2026-01-01'))).toEqual([])
    expect(listCopies(folder)).toEqual([])
  } finally {
    await db.destroy()
  }
  for (const [year, name] of ['0002', '0003', '0004', '0005', '0012'].entries()) {
    const from = await olderFolder(
      name === '0012'
        ? OLD
        : NAMES.slice(
            0,
            NAMES.findIndex((one) => one.startsWith(name)),
          ),
    )
    cpSync(from, folder, { recursive: true, filter: (path) => !/-(wal|shm)$/.test(path) })
    rmSync(from, { recursive: true, force: true })
    const older = openDb(file)
    await upgrade(older, file, instant(`20${30 + year}-01-01`))
    await older.destroy()
  }
  expect(listCopies(folder).map(({ name }) => name)).toEqual(['before-0012', 'before-0005', 'before-0004'])
  const [newest] = listCopies(folder)
  expect(existsSync(await goBack(file, newest!, instant('2040-01-01')))).toBe(true)
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test('a newer database is refused with a sentence and left as it is; an older one is left alone while a server works on it', async () => {
  const folder = await olderFolder()
  const file = join(folder, 'paraphe.db')
  try {
    const old = schemaOf(file)
    {
      using _server = holdLock(join(folder, 'lock'))
      for (const args of [['doctor'], ['user', 'list'], ['backup', '/tmp/nowhere'], ['migrate']]) {
        const { code, out } = await paraphe(folder, args)
        expect([args, code, /a server works on|another server already works/.test(out)]).toEqual([args, 1, true])
      }
    }
    expect(schemaOf(file)).toBe(old)
    const db = openDb(file)
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2040-01-01')`.execute(db)
    await db.destroy()
    const later = schemaOf(file)
    for (const args of [['serve'], ['migrate'], ['migrate', '--dry-run'], ['doctor']]) {
      const { code, out } = await paraphe(folder, args)
      expect([args, code]).toEqual([args, 1])
      expect(out).toContain('the database was changed by a later version of Paraphe (9999-later)')
    }
    expect(schemaOf(file)).toBe(later)
    expect(listCopies(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
