import { Database as Sqlite } from 'bun:sqlite'

/**
 * Holds a file for this process alone, or returns null where another process holds it. The lock is the operating system's: it ends
 * with the process, however that ends, and a file that was left behind locks nobody out.
 */
export function holdLock(path: string): Disposable | null {
  const sqlite = new Sqlite(path, { create: true })
  try {
    sqlite.run('pragma busy_timeout = 0')
    sqlite.run('begin exclusive')
  } catch {
    sqlite.close()
    return null
  }
  return { [Symbol.dispose]: () => sqlite.close() }
}
