import { join } from 'node:path'
import { startCluster } from '../test/support/postgres.ts'

/** Runs tests (paths; without any: those of the rooms that are held to both databases) on a PostgreSQL that lives as long as they do. */
const ROOMS = 'access authority board ceremony contact db envelope field jobs mail notification setting store template'

const root = join(import.meta.dir, '..')
const paths = process.argv.length > 2 ? process.argv.slice(2) : ROOMS.split(' ').map((room) => `./test/${room}/`)
await using cluster = await startCluster()
const child = Bun.spawn([process.execPath, 'test', '--timeout', '180000', '--parallel=2', '--no-isolate', ...paths], {
  cwd: root,
  env: { ...process.env, PARAPHE_TEST_POSTGRES: cluster.url('').replace(/\/$/, '') },
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = await child.exited
