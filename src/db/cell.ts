import { existsSync } from 'node:fs'
import { Database as Sqlite } from 'bun:sqlite'

/** One text in a file of its own that two processes may change without losing a change of the other. */
export interface Cell {
  /** Null where nothing was ever written. Throws where the file cannot be read or is no cell. */
  read(): string | null
  /** Writes `next` where `expected` still stands, and answers whether it did. It is on the disk when this returns. */
  swap(expected: string | null, next: string): boolean
}

/** The file is opened for each act: it may lie on a volume that comes and goes. Its folder must be there. */
export const cellIn = (path: string): Cell => ({
  read: () => (existsSync(path) ? opened(path, valueIn) : null),
  swap: (expected, next) =>
    opened(path, (sqlite) => {
      sqlite.run('begin immediate')
      if (valueIn(sqlite) !== expected) {
        sqlite.run('rollback')
        return false
      }
      sqlite.query('insert or replace into cell (id, value) values (1, ?)').run(next)
      sqlite.run('commit')
      return true
    }),
})

function opened<T>(path: string, use: (sqlite: Sqlite) => T): T {
  const sqlite = new Sqlite(path, { create: true, readwrite: true, strict: true })
  try {
    // Extra: the folder is flushed too when the journal goes, so that what was swapped stays swapped after a power cut.
    for (const pragma of ['busy_timeout = 5000', 'journal_mode = delete', 'synchronous = extra', 'trusted_schema = off'])
      sqlite.run(`pragma ${pragma}`)
    sqlite.run('create table if not exists cell (id integer primary key check (id = 1), value text not null) strict')
    return use(sqlite)
  } finally {
    sqlite.close()
  }
}

const valueIn = (sqlite: Sqlite): string | null =>
  sqlite.query<{ value: string }, []>('select value from cell where id = 1').get()?.value ?? null
