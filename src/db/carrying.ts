import { Database as Sqlite, type SQLQueryBindings } from 'bun:sqlite'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { failpoint } from '../base/failpoint.ts'
import type { Tx } from './open.ts'

/** One table as it was read there and stands here. */
export interface CarriedTable {
  readonly name: string
  readonly rows: number
  /** Hexadecimal: of all rows, whatever their order. */
  readonly digest: string
}

/** What stands on the target is not what was read. Nothing of it is kept. */
export class NotCarried extends Error {
  override name = 'NotCarried'
}

type Value = string | number | Uint8Array<ArrayBuffer> | null
type Bare = Kysely<Record<string, never>>
interface Column {
  readonly name: string
  readonly isBytes: boolean
}

/** Written with a statement: parameters, and bytes. */
const MOST_VALUES = 20_000
const MOST_BYTES = 4 * 1_048_576
const READ_AT_ONCE = 2_000

/** Kysely keeps its own books; the index of words is made anew by whoever knows words. */
const LEFT_OUT: ReadonlySet<string> = new Set(['kysely_migration', 'kysely_migration_lock', 'vault_text', 'vault_text_piece'])

export type Source = Sqlite

/** The file of data in one state, whatever is written to it meanwhile. To be closed. */
export function openSource(path: string): Source {
  const source = new Sqlite(path, { readwrite: true, strict: true })
  for (const pragma of ['busy_timeout = 5000', 'trusted_schema = off']) source.run(`pragma ${pragma}`)
  source.run('begin')
  return source
}

/** Nothing of anybody stands in the database: no table, no view, no counter. */
export async function isEmptyPostgres(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from pg_class
    where relnamespace = cast(current_schema() as regnamespace) and relkind in ('r', 'p', 'v', 'm', 'S', 'f')`.execute(tx)
  return rows[0]?.count === 0
}

/**
 * Every table of the file, row by row, into the tables of a PostgreSQL that the same migrations have made, in the caller's transaction: what they put
 * there goes. Then each is read again and compared by number and digest, references are checked by being made anew, and counted keys go on where they
 * were. Throws NotCarried.
 */
export async function carryTables(source: Source, tx: Tx, tell: (table: string) => void = () => {}): Promise<readonly CarriedTable[]> {
  const bare = tx.withoutPlugins() as unknown as Bare
  const tables = await tablesOf(bare)
  const there = namesIn(source)
  const unlike = [...new Set(tables.keys()).symmetricDifference(there)]
  if (unlike.length) throw new NotCarried(`the tables of the two databases are not the same: ${unlike.join(', ')}`)
  const references = await takeReferences(bare)
  await sql`truncate ${sql.join([...tables.keys()].map((name) => sql.id(name)))}`.execute(bare)
  const carried: CarriedTable[] = []
  for (const [name, columns] of tables) {
    tell(name)
    carried.push(await carryTable(source, bare, name, columns))
    failpoint('carry.table')
  }
  for (const { table, name, definition } of references)
    await sql`alter table ${sql.raw(table)} add constraint ${sql.id(name)} ${sql.raw(definition)}`.execute(bare)
  await continueCounting(source, bare)
  return carried
}

async function carryTable(source: Source, bare: Bare, name: string, columns: readonly Column[]): Promise<CarriedTable> {
  const wanted = new Set(columns.map((column) => column.name))
  const unlike = [...wanted.symmetricDifference(columnsIn(source, name))]
  if (unlike.length) throw new NotCarried(`the columns of ${name} are not the same: ${unlike.join(', ')}`)
  const named = columns.map((column) => `"${column.name}"`).join(', ')
  const read = new RowDigest()
  for (const rows of batches(
    source.query<Record<string, Value>, SQLQueryBindings[]>(`select ${named} from "${name}"`).iterate(),
    columns,
  )) {
    for (const row of rows) read.add(row.map(digested))
    const values = sql.join(rows.map((row) => sql`(${sql.join(row)})`))
    await sql`insert into ${sql.id(name)} (${sql.join(columns.map((column) => sql.id(column.name)))}) values ${values}`.execute(bare)
  }
  const shown = columns.map(({ name: column, isBytes }) =>
    isBytes ? sql`encode(sha256(${sql.id(column)}), 'hex') as ${sql.id(column)}` : sql.id(column),
  )
  const written = new RowDigest()
  await eachRow<Record<string, string | number | null>>(bare, sql`select ${sql.join(shown)} from ${sql.id(name)}`, (row) =>
    written.add(columns.map((column) => row[column.name] ?? null)),
  )
  return compared(name, read, written)
}

/** Throws NotCarried where a table is not what was read. */
export function compared(name: string, read: RowDigest, written: RowDigest): CarriedTable {
  if (read.rows !== written.rows || read.digest !== written.digest)
    throw new NotCarried(`${name}: ${read.rows} rows were read and ${written.rows} stand there, and they are not the same`)
  return { name, rows: read.rows, digest: read.digest }
}

/** Of rows in any order: the sum of the digests of each. */
export class RowDigest {
  rows = 0
  #sum = 0n
  add(values: readonly (string | number | null)[]): void {
    this.rows++
    this.#sum = BigInt.asUintN(256, this.#sum + BigInt(`0x${sha256(new TextEncoder().encode(JSON.stringify(values)))}`))
  }
  get digest(): string {
    return this.#sum.toString(16).padStart(64, '0')
  }
}

/** Reads a long answer piece by piece, inside a transaction. */
export async function eachRow<R>(tx: Tx | Bare, query: RawBuilder<unknown>, see: (row: R) => void): Promise<void> {
  await sql`declare carried no scroll cursor for ${query}`.execute(tx)
  for (;;) {
    const { rows } = await sql<R>`fetch ${sql.lit(READ_AT_ONCE)} from carried`.execute(tx)
    rows.forEach(see)
    if (rows.length < READ_AT_ONCE) break
  }
  await sql`close carried`.execute(tx)
}

const sha256 = (bytes: Uint8Array): string => new Bun.CryptoHasher('sha256').update(bytes).digest('hex')

const digested = (value: Value): string | number | null => (value instanceof Uint8Array ? sha256(value) : value)

function* batches(rows: Iterable<Record<string, Value>>, columns: readonly Column[]): Generator<Value[][]> {
  let some: Value[][] = []
  let bytes = 0
  for (const row of rows) {
    const values = columns.map(({ name }) => row[name] ?? null)
    some.push(values)
    bytes += values.reduce<number>((total, value) => total + (typeof value === 'number' || value === null ? 8 : value.length), 0)
    if ((some.length + 1) * columns.length <= MOST_VALUES && bytes < MOST_BYTES) continue
    yield some
    some = []
    bytes = 0
  }
  if (some.length) yield some
}

/** The tables of the target with their columns, in their order. */
async function tablesOf(bare: Bare): Promise<ReadonlyMap<string, readonly Column[]>> {
  const { rows } = await sql<{
    table: string
    name: string
    type: string
  }>`select c.table_name as "table", c.column_name as name, c.data_type as type
    from information_schema.columns c join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`.execute(bare)
  const tables = Map.groupBy(
    rows.filter(({ table }) => !LEFT_OUT.has(table)),
    ({ table }) => table,
  )
  return new Map([...tables].map(([table, columns]) => [table, columns.map(({ name, type }) => ({ name, isBytes: type === 'bytea' }))]))
}

const namesIn = (source: Source): Set<string> =>
  new Set(
    source
      .query<{ name: string }, []>(
        "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite!_%' escape '!'",
      )
      .all()
      .flatMap(({ name }) => (LEFT_OUT.has(name) ? [] : [name])),
  )

const columnsIn = (source: Source, table: string): Set<string> =>
  new Set(
    source
      .query<{ name: string }, [string]>('select name from pragma_table_info(?)')
      .all(table)
      .map(({ name }) => name),
  )

interface Reference {
  /** Quoted where it must be. */
  readonly table: string
  readonly name: string
  readonly definition: string
}

/** Tables refer to each other in rings: references go first and come back when every row is there, and are checked then. */
async function takeReferences(bare: Bare): Promise<readonly Reference[]> {
  const { rows } =
    await sql<Reference>`select cast(cast(conrelid as regclass) as text) as "table", conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = cast(current_schema() as regnamespace) order by conname`.execute(bare)
  for (const { table, name } of rows) await sql`alter table ${sql.raw(table)} drop constraint ${sql.id(name)}`.execute(bare)
  return rows
}

/** The next number is the one that the file would have given, also where the newest rows are gone. */
async function continueCounting(source: Source, bare: Bare): Promise<void> {
  const { rows } = await sql<{
    table: string
    name: string
  }>`select table_name as "table", column_name as name from information_schema.columns
    where table_schema = current_schema() and is_identity = 'YES'`.execute(bare)
  for (const { table, name } of rows) {
    const last = source.query<{ seq: number }, [string]>('select seq from sqlite_sequence where name = ?').get(table)?.seq ?? 0
    await sql`alter table ${sql.id(table)} alter column ${sql.id(name)} restart with ${sql.lit(last + 1)}`.execute(bare)
  }
}
