import postgres from 'postgres'
import { migrate } from '../../src/db/migrate.ts'
import { type Db, openDb } from '../../src/db/open.ts'
import { openPostgres } from '../../src/db/postgres.ts'

/** Set where the suite runs on PostgreSQL: the address of its server, without a database. */
const SERVER = process.env['PARAPHE_TEST_POSTGRES']
export const onPostgres = Boolean(SERVER)

/**
 * A fresh database with every migration applied: SQLite in memory or in the file of `path`; PostgreSQL where the suite runs on it, a copy of one that was
 * migrated once.
 */
export async function openFresh(path = ':memory:'): Promise<Db> {
  if (SERVER) return copyOf(await template())
  const db = openDb(path)
  await migrate(db)
  return db
}

/** Without any migration. */
export async function openEmpty(): Promise<Db> {
  if (SERVER) return copyOf('template0')
  return openDb(':memory:')
}

const server = SERVER ? postgres(`${SERVER}/postgres`, { max: 2, onnotice: () => {}, fetch_types: false }) : undefined
let made: Promise<string> | undefined
let count = 0
const nameOf = (kind: string): string => `${kind}_${process.pid}_${count++}`

const template = (): Promise<string> =>
  (made ??= (async () => {
    const name = nameOf('template')
    await server!.unsafe(`create database ${name}`)
    const db = openPostgres(`${SERVER}/${name}`, 1)
    await migrate(db)
    await db.destroy()
    return name
  })())

async function copyOf(source: string): Promise<Db> {
  const name = nameOf('test')
  await server!.unsafe(`create database ${name} template ${source}`)
  const db = openPostgres(`${SERVER}/${name}`, 4)
  const destroy = db.destroy.bind(db)
  return Object.assign(db, {
    destroy: async () => {
      await destroy()
      await server!.unsafe(`drop database ${name} with (force)`)
    },
  })
}
