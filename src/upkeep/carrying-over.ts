import { sql } from 'kysely'
import { systemAct } from '../audit/act.ts'
import type { KeptCheckpoint } from '../audit/kept.ts'
import { append } from '../audit/trail.ts'
import { verifyLog } from '../audit/verifying.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Clock } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import {
  type CarriedTable,
  carryTables,
  compared,
  eachRow,
  isEmptyPostgres,
  NotCarried,
  openSource,
  RowDigest,
  type Source,
} from '../db/carrying.ts'
import { migrate } from '../db/migrate.ts'
import type { Db, Tx } from '../db/open.ts'
import { isOfThisKey } from '../setting/secret-key-mark.ts'
import { verdictOn } from '../vault/sweep-documents.ts'
import { putText } from '../vault/text-index.ts'

export interface CarryOrder {
  /** The file of data, on which nobody works. It is read in one state, and not changed. */
  readonly path: string
  readonly config: Config
  readonly secretKey: SecretKey
  /** The newest checkpoint, as it is kept outside: the log on the target goes on from it. */
  readonly kept: KeptCheckpoint
  readonly clock: Clock
}

export interface CarriedOver {
  readonly tables: readonly CarriedTable[]
  /** Entries of the audit log, recomputed on the target. */
  readonly entries: number
  /** The public ID of the finished document that was judged on the target; null where there is none. */
  readonly judged: string | null
}

/**
 * Carries an installation into an empty PostgreSQL: schema, rows, comparison, audit log and one finished document, all of it in one transaction
 * there. A crash before its end leaves the target as empty as it was. Throws NotCarried; then nothing stands there either.
 */
export async function carryOver(target: Db, order: CarryOrder, tell: (what: string) => void = () => {}): Promise<CarriedOver> {
  const { path, config, secretKey, kept, clock } = order
  const source = openSource(path)
  try {
    const carried = await target.transaction().execute(async (tx) => {
      if (!(await isEmptyPostgres(tx))) throw new NotCarried('the PostgreSQL is not empty: make a database of its own for Paraphe')
      // It takes as long as it needs.
      for (const limit of ['statement_timeout', 'idle_in_transaction_session_timeout'])
        await sql`select set_config(${limit}, '0', true)`.execute(tx)
      await migrate(tx)
      failpoint('carry.migrated')
      const tables = [...(await carryTables(source, tx, tell)), await carryWords(source, tx)]
      tell('audit log')
      const log = await verifyLog(tx, kept)
      if (log.count) throw new NotCarried(`the audit log is not whole: ${log.findings[0]?.kind} at ${log.findings[0]?.at}`)
      const judged = await judgeOne(tx, config, clock)
      const at = clock()
      if (!(await isOfThisKey(tx, at, secretKey))) throw new NotCarried('the secret key is another one')
      await append(tx, systemAct(at), {
        type: 'installation.carried',
        detail: { tables: tables.length, rows: tables.reduce((total, { rows }) => total + rows, 0), size: log.size },
      })
      failpoint('carry.before-commit')
      return { tables, entries: log.size, judged }
    })
    failpoint('carry.after-commit')
    return carried
  } finally {
    source.close()
  }
}

/** The texts of the index, whose words are cut anew. */
async function carryWords(source: Source, tx: Tx): Promise<CarriedTable> {
  interface Text {
    readonly seq: number
    readonly heading: string
    readonly parties: string
    readonly body: string
  }
  const read = new RowDigest()
  const values = ({ seq, heading, parties, body }: Text) => [seq, heading, parties, body]
  for (const text of source.query<Text, []>('select rowid as seq, heading, parties, body from vault_text').iterate()) {
    read.add(values(text))
    await putText(tx, text.seq, { ...text, keys: [] })
  }
  const written = new RowDigest()
  await eachRow<Text>(tx, sql`select seq, heading, parties, body from vault_text`, (text) => written.add(values(text)))
  return compared('vault_text', read, written)
}

/** The newest finished document that stands, read from the target and judged by our own verifier. */
async function judgeOne(tx: Tx, config: Config, clock: Clock): Promise<string | null> {
  const document = await tx
    .selectFrom('document')
    .innerJoin('envelope', 'envelope.id', 'document.envelopeId')
    .selectAll('document')
    .where('envelope.status', '=', 'completed')
    .where('document.id', 'not in', (disposed) => disposed.selectFrom('disposedDocument').select('id'))
    .orderBy('envelope.completedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!document) return null
  const wrong = await verdictOn({ db: tx, config, clock }, document)
  if (wrong !== null) throw new NotCarried(`the document ${document.documentId} does not verify: ${wrong}`)
  return document.documentId
}
