import { expect, test } from 'bun:test'
import { join } from 'node:path'

/** The short form of `npm run large`, with time for a machine that does other things too. */
test('a document of 24 MB and 150 pages goes through the whole job while others are served, within 512 MiB', () => {
  const script = join(import.meta.dir, '../../scripts/large.ts')
  const { exitCode, stdout } = Bun.spawnSync([process.execPath, script, '24', '150'], {
    env: { ...process.env, PARAPHE_LARGE_WAIT: '2000' },
    stderr: 'inherit',
  })
  const said = stdout.toString()
  expect([said.match(/another page/g)?.length, said.match(/MiB in use/g)?.length, exitCode]).toEqual([6, 1, 0])
}, 180_000)
