import { Database as Sqlite } from 'bun:sqlite'
import { existsSync, rmSync } from 'node:fs'
import type { Bytes } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'

/** A chunk that the tables name. */
export interface NamedChunk {
  readonly digest: Digest
  readonly size: number
}

/**
 * One state of a file of data, read while others write: every table but the chunks, copied into a file of its own with the same schema, and the
 * chunks one by one. What is written or swept meanwhile is not seen.
 */
export interface Snapshot {
  /** Every chunk that an object names, in the order of its digest. */
  readonly chunks: readonly NamedChunk[]
  /** Rows by table, as copied. */
  readonly counts: Readonly<Record<string, number>>
  /** Null where the file does not hold it. */
  chunk(digest: Digest): Bytes | null
  /** Ends the reading; the copy is on the disk when this returns. Called twice, the second does nothing. */
  close(): void
}

/** The table whose rows are left out of every copy: they are carried one by one, where they are new. */
const CHUNKS = 'chunk'

const NAMED = 'select distinct chunk_digest as digest, size from object_part'

/** Copies the file of data at `source` to `target`, which must not be there. A crash leaves a target that nothing names. */
export function takeSnapshot(source: string, target: string): Snapshot {
  if (existsSync(target)) throw new Error(`${target} is there already`)
  const sqlite = new Sqlite(target, { create: true, strict: true })
  let isOpen = true
  const close = (commit: boolean): void => {
    if (!isOpen) return
    isOpen = false
    if (commit && sqlite.inTransaction) sqlite.run('commit')
    sqlite.close()
  }
  try {
    for (const pragma of ['busy_timeout = 5000', 'journal_mode = off', 'synchronous = full', 'foreign_keys = off', 'trusted_schema = off'])
      sqlite.run(`pragma ${pragma}`)
    sqlite.query('attach database ? as source').run(source)
    sqlite.run('begin')
    const counts = copyAll(sqlite)
    const chunks = hasTable(sqlite, 'object_part') ? sqlite.query<NamedChunk, []>(`${NAMED} order by 1`).all() : []
    const read = hasTable(sqlite, CHUNKS)
      ? sqlite.query<{ bytes: Uint8Array }, [string]>(`select bytes from source.${CHUNKS} where digest = ?`)
      : null
    return {
      chunks,
      counts,
      chunk: (digest) => (read?.get(digest)?.bytes as Bytes | undefined) ?? null,
      close: () => close(true),
    }
  } catch (error) {
    close(false)
    rmSync(target, { force: true })
    throw error
  }
}

interface Listed {
  readonly name: string
  readonly kind: 'table' | 'virtual' | 'shadow' | 'view'
}

/** Tables first, then their rows, then what stands on them: no trigger fires and no index is kept while rows come. */
function copyAll(sqlite: Sqlite): Record<string, number> {
  const listed = sqlite
    .query<Listed, []>("select name, type as kind from pragma_table_list where schema = 'source' and name not like 'sqlite!_%' escape '!'")
    .all()
  const kinds = new Map(listed.map(({ name, kind }) => [name, kind]))
  const schema = sqlite
    .query<{ type: string; name: string; sql: string }, []>(
      "select type, name, sql from source.sqlite_schema where sql is not null and name not like 'sqlite!_%' escape '!' order by rowid",
    )
    .all()
  // Its shadow tables come with a virtual table.
  for (const { type, name, sql } of schema) if (type === 'table' && kinds.get(name) !== 'shadow') sqlite.run(sql)
  const counts: Record<string, number> = {}
  for (const { name, kind } of listed) {
    if (kind === 'virtual' && kinds.get(`${name}_config`) === 'shadow') copyIndex(sqlite, name)
    if (kind !== 'table') continue
    if (name !== CHUNKS) sqlite.run(`insert into main."${name}" select * from source."${name}"`)
    counts[name] = countIn(sqlite, `main."${name}"`)
  }
  if (hasTable(sqlite, 'sqlite_sequence')) {
    sqlite.run('delete from main.sqlite_sequence')
    sqlite.run(`insert into main.sqlite_sequence select * from source.sqlite_sequence where name <> '${CHUNKS}'`)
  }
  for (const { type, sql } of schema) if (type !== 'table') sqlite.run(sql)
  return counts
}

/** An index of words (FTS5) is written again from what it holds: SQLite lets nobody write into its parts. */
function copyIndex(sqlite: Sqlite, name: string): void {
  const settings = sqlite.query<{ k: string; v: number }, []>(`select k, v from source."${name}_config" where k <> 'version'`).all()
  for (const { k, v } of settings) sqlite.query(`insert into main."${name}" ("${name}", rank) values (?, ?)`).run(k, v)
  const columns = sqlite.query<{ name: string }, [string]>("select name from pragma_table_info(?, 'source')").all(name)
  const named = ['rowid', ...columns.map((column) => `"${column.name}"`)].join(', ')
  sqlite.run(`insert into main."${name}" (${named}) select ${named} from source."${name}"`)
}

const countIn = (sqlite: Sqlite, table: string): number =>
  sqlite.query<{ count: number }, []>(`select count(*) as count from ${table}`).get()?.count ?? 0

const hasTable = (sqlite: Sqlite, name: string): boolean =>
  Boolean(sqlite.query('select 1 from source.sqlite_schema where type = ? and name = ?').get('table', name))

/** Every chunk that an object of this file names, in the order of its digest. */
export function namedChunks(path: string): readonly NamedChunk[] {
  const sqlite = new Sqlite(path, { readonly: true, strict: true })
  try {
    return sqlite.query<NamedChunk, []>(`${NAMED} order by 1`).all()
  } finally {
    sqlite.close()
  }
}

/** A file of tables without chunks, to be filled with them. */
export interface Filling {
  put(digest: Digest, bytes: Bytes): void
  /** Everything that was put is on the disk afterwards. */
  close(): void
}

export function fillChunks(path: string): Filling {
  const sqlite = new Sqlite(path, { readwrite: true, strict: true })
  for (const pragma of ['busy_timeout = 5000', 'synchronous = full']) sqlite.run(`pragma ${pragma}`)
  const insert = sqlite.query(`insert into ${CHUNKS} (digest, bytes) values (?, ?) on conflict do nothing`)
  let open = 0
  return {
    put(digest, bytes) {
      if (open++ === 0) sqlite.run('begin immediate')
      insert.run(digest, bytes)
      if (open < 64) return
      sqlite.run('commit')
      open = 0
    },
    close() {
      if (open) sqlite.run('commit')
      sqlite.close()
    },
  }
}

/** Takes the chunks of `from` over into the file of tables at `path`, in one transaction. Answers how many there are now. */
export function takeChunksOver(path: string, from: string): number {
  const sqlite = new Sqlite(path, { readwrite: true, strict: true })
  try {
    for (const pragma of ['busy_timeout = 5000', 'synchronous = full']) sqlite.run(`pragma ${pragma}`)
    sqlite.query('attach database ? as source').run(from)
    sqlite.run('begin immediate')
    sqlite.run(`insert into main.${CHUNKS} select * from source.${CHUNKS} where true on conflict do nothing`)
    const count = countIn(sqlite, `main.${CHUNKS}`)
    sqlite.run('commit')
    return count
  } finally {
    sqlite.close()
  }
}

export interface FileFacts {
  /** Empty where the file is whole: what SQLite's own checks say otherwise. */
  readonly faults: readonly string[]
  readonly counts: Readonly<Record<string, number>>
  /** Names of the migrations that it has seen. */
  readonly migrations: readonly string[]
  readonly bytes: number
  /** How far the audit log has come; null where there is none. */
  readonly log: { readonly size: number; readonly last: string } | null
}

/** Every page, every index and every reference of a file of data that nobody works on. */
export function factsOfFile(path: string): FileFacts {
  const sqlite = new Sqlite(path, { readonly: true, strict: true })
  try {
    const integrity = sqlite.query<{ integrity_check: string }, []>('pragma integrity_check(20)').all()
    const references = sqlite.query<{ table: string; parent: string }, []>('pragma foreign_key_check').all()
    const listed = sqlite
      .query<Listed, []>("select name, type as kind from pragma_table_list where schema = 'main' and name not like 'sqlite!_%' escape '!'")
      .all()
    const tables = listed.filter(({ kind }) => kind === 'table').map(({ name }) => name)
    return {
      faults: [
        ...integrity.map((row) => row.integrity_check).filter((answer) => answer !== 'ok'),
        ...references.slice(0, 20).map(({ table, parent }) => `${table} names what is not in ${parent}`),
      ],
      counts: Object.fromEntries(tables.map((name) => [name, countIn(sqlite, `"${name}"`)])),
      migrations: tables.includes('kysely_migration')
        ? sqlite
            .query<{ name: string }, []>('select name from kysely_migration order by name')
            .all()
            .map(({ name }) => name)
        : [],
      bytes: Bun.file(path).size,
      log: tables.includes('audit_leaf')
        ? sqlite
            .query<{ size: number; last: string }, []>(
              'select seq as size, lower(hex(hash)) as last from audit_leaf order by seq desc limit 1',
            )
            .get()
        : null,
    }
  } finally {
    sqlite.close()
  }
}

/** How large a copy of the tables is at most: every page of the file that no chunk fills. */
export function tableBytes(path: string): number {
  const sqlite = new Sqlite(path, { readwrite: true, strict: true })
  try {
    const of = (text: string): number => Number(Object.values(sqlite.query<Record<string, number>, []>(text).get() ?? {})[0] ?? 0)
    const whole = of('pragma page_count') * of('pragma page_size')
    const has = of("select count(*) from sqlite_schema where type = 'table' and name = 'chunk'")
    return Math.max(0, whole - (has ? of(`select coalesce(sum(length(bytes)), 0) from ${CHUNKS}`) : 0))
  } finally {
    sqlite.close()
  }
}
