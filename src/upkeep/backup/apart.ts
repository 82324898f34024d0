import { Refusal } from '../../base/refusal.ts'
import type { Config } from '../../config/config.ts'
import { ownProgram } from '../../base/program.ts'
import type { BackupTools } from './carrying-out.ts'
import { failRun, findRun } from './runs.ts'

/** Its name on the command line; nobody types it. */
export const APART = 'backup-apart'

/** What the process that makes a backup is told by standard input. */
export interface Told {
  readonly config: Config
  readonly run: string
  readonly folder: string
}

/**
 * Has the backup of that row made by a process of its own, so that nobody waits for it. Returns once it has begun; it writes down by itself how
 * far it is and how it ended. Where it dies without a word, that is written here; where the server dies too, the hourly round finds the row.
 */
export async function makeBackupApart(tools: BackupTools, id: string): Promise<void> {
  const { db, config, clock } = tools
  const run = await findRun(db, id)
  if (!run || run.endedAt || run.phase !== 'waiting') return
  const nice = Bun.which('nice')
  const child = Bun.spawn([...(nice ? [nice, '-n', '10'] : []), ...ownProgram(), APART], {
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  child.stdin.write(JSON.stringify({ config, run: id, folder: run.folder } satisfies Told))
  await child.stdin.end()
  const said = new Response(child.stderr).text()
  const over = child.exited.then(async (code) => {
    const left = await findRun(db, id)
    if (!left || left.endedAt) return
    const detail = (await said).trim().slice(-200) || `exit ${code}`
    await failRun(db, clock(), id, new Refusal('unavailable', 'backup.process-ended', { detail }))
  })
  // The database may be closed by then: the next start's round finds the row.
  over.catch(() => {})
  under.add(over)
  void over.catch(() => {}).finally(() => under.delete(over))
}

const under = new Set<Promise<void>>()

/** For tests: until every backup that was begun here has ended. */
export const backupsEnded = (): Promise<unknown> => Promise.allSettled(under)
