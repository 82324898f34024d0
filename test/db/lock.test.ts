import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdLock } from '../../src/db/lock.ts'

test('a file is held once, until it is given back or its process dies', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-lock-'))
  const path = join(folder, 'lock')
  try {
    const first = holdLock(path)
    expect(first).not.toBeNull()
    expect(holdLock(path)).toBeNull()
    first?.[Symbol.dispose]()
    const code = `import { holdLock } from '${join(import.meta.dir, '../../src/db/lock.ts')}'; console.log(holdLock('${path}') ? 'held' : 'refused'); await Bun.sleep(60_000)`
    const child = Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe' })
    const { value } = await child.stdout.getReader().read()
    expect(new TextDecoder().decode(value)).toBe('held\n')
    expect(holdLock(path)).toBeNull()
    child.kill('SIGKILL')
    await child.exited
    const again = holdLock(path)
    expect(again).not.toBeNull()
    again?.[Symbol.dispose]()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
