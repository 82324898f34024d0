import { connectionTo } from './postgres-pool.ts'
import { unavailableOr } from './postgres-failure.ts'

/** Held by every node that works on the database, together; by one alone while it prepares something that no other may see under way. */
const NODES = 8_315_177_002
const LOOK = 5_000

export interface Presence extends AsyncDisposable {
  /** No other node worked on the database when this one came; none can begin before `settle`. */
  readonly isAlone: boolean
  /** From now on others may come. */
  settle(): Promise<void>
}

/** Says to the other nodes of the database that this one is there, until it is disposed of or its process ends. */
export async function joinNodes(url: string): Promise<Presence> {
  let losses = 0
  let known = 0
  const sql = connectionTo(url, () => losses++)
  const ask = async (text: string): Promise<unknown> => {
    try {
      return (await sql.unsafe(text))[0]?.['answer']
    } catch (error) {
      throw unavailableOr(error)
    }
  }
  const share = () => ask(`select pg_advisory_lock_shared(${NODES})`)
  let isAlone = false
  try {
    isAlone = (await ask(`select pg_try_advisory_lock(${NODES}) as answer`)) === 1
    if (!isAlone) await share()
  } catch (error) {
    await sql.end({ timeout: 1 }).catch(() => {})
    throw error
  }
  known = losses
  // A connection that was lost took the presence with it.
  const timer = setInterval(() => {
    if (losses === known) return
    known = losses
    void share().catch(() => (known = -1))
  }, LOOK)
  return {
    isAlone,
    async settle() {
      if (!isAlone) return
      await share()
      await ask(`select pg_advisory_unlock(${NODES})`)
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await sql.end({ timeout: 1 }).catch(() => {})
    },
  }
}
