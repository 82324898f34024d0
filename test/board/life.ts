/**
 * One life of whoever follows the trail and does what rules ask, to be killed anywhere and begun again: `bun test/board/life.ts FOLDER HOSTS
 * [failpoint:k]`. It ends once nothing is left to do.
 */
import { join } from 'node:path'
import { armFailpoint } from '../../src/base/failpoint.ts'
import { systemClock } from '../../src/base/instant.ts'
import { carryOutRun } from '../../src/board/carrying-out.ts'
import { followTrail } from '../../src/board/following.ts'
import { RULE } from '../../src/board/rule-runs.ts'
import { readConfig } from '../../src/config/config.ts'
import { openDb } from '../../src/db/open.ts'
import { releaseLeases } from '../../src/jobs/queue.ts'
import { startRunner } from '../../src/jobs/runner.ts'
import { SECRET } from '../envelope/support.ts'

const [folder = '', hosts = '', failpoint = ''] = process.argv.slice(2)
const db = openDb(join(folder, 'board.db'))
const tools = { db, clock: systemClock, config: readConfig({ PARAPHE_DATA: folder, PARAPHE_WEBHOOK_HOSTS: hosts }), secretKey: SECRET }
if (failpoint) armFailpoint(failpoint, () => process.kill(process.pid, 'SIGKILL'))
await releaseLeases(db)
const runner = startRunner(
  db,
  systemClock,
  { [RULE]: (job) => carryOutRun(tools, (JSON.parse(job.payload) as { run: string }).run, job.attempts) },
  { lanes: 0 },
)
do await runner.drain()
while (await followTrail(tools))
await db.destroy()
