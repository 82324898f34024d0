import { expect, test } from 'bun:test'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from 'bun:sqlite'
import { checkpoint } from '../../../src/audit/checkpoint.ts'
import { createAuthority } from '../../../src/authority/creating.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { openHouse } from '../../../src/cli/open-house.ts'
import { readConfig } from '../../../src/config/config.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { freePort, startInstallation } from '../../support/installation.ts'

const paraphe = (data: string, ...args: string[]) => parapheKilled('', data, ...args)
const parapheKilled = (failpoint: string, data: string, ...args: string[]) => started({ PARAPHE_FAILPOINT: failpoint }, data, ...args)
const started = async (environment: Record<string, string>, data: string, ...args: string[]) => {
  const child = Bun.spawn([process.execPath, 'src/main.ts', ...args], {
    cwd: join(import.meta.dir, '../../..'),
    env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: data, PARAPHE_LISTEN: `127.0.0.1:${freePort()}`, ...environment },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, status] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
  return { out, err, status }
}

test('a server on an older copy refuses to start with a clear sentence, and starts after a recorded break', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paraphe-continue-'))
  const data = join(directory, 'data')
  try {
    const { house, close } = await openHouse(readConfig({ PARAPHE_DATA: data }))
    await createAuthority(house, systemAct(house.clock()), {
      algorithm: 'ecdsa-p256',
      organization: 'Acme Ltd',
      country: 'FR',
      rootName: 'Root',
      issuingName: 'Issuing',
      sealName: 'Acme Ltd',
      keyProtection: 'key-file',
      publicOrigin: 'http://127.0.0.1:8080',
    })
    await close()
    copyFileSync(join(data, 'paraphe.db'), join(directory, 'old.db'))
    expect((await paraphe(data, 'user', 'add', '--email', 'a@acme.example', '--last-name', 'Archer')).status).toBe(0)
    const again = await openHouse(readConfig({ PARAPHE_DATA: data }))
    await checkpoint(again.house.db, again.house.clock(), 'acme.example/log', again.house.keys.checkpointKey())
    await again.close()
    expect((await paraphe(data, 'audit', 'continue', '--reason', 'none')).err).toContain('there is no break to record')

    for (const end of ['-wal', '-shm']) rmSync(join(data, `paraphe.db${end}`), { force: true })
    copyFileSync(join(directory, 'old.db'), join(data, 'paraphe.db'))
    const refused = await paraphe(data, 'serve')
    expect(refused.status).toBe(1)
    expect(refused.err).toContain('this is an older copy of the file of data')
    expect(refused.err).toContain('paraphe audit continue --reason')
    expect(refused.err).not.toContain('    at ')
    expect((await paraphe(data, 'audit', 'continue')).err).toContain('say why: --reason TEXT')
    // Killed between the two steps, it refuses as before; the same command ends it, and the break stands once.
    const killed = await parapheKilled('audit.before-continue', data, 'audit', 'continue', '--reason', 'the disk died')
    expect([killed.out, killed.status === 0]).toEqual(['', false])
    expect((await paraphe(data, 'serve')).err).toMatch(/older copy|not the one whose entry/)
    const continued = await paraphe(data, 'audit', 'continue', '--reason', 'the disk died')
    expect([continued.status, continued.err]).toEqual([0, ''])
    expect(continued.out).toContain('The break is recorded')
    const db = new Database(join(data, 'paraphe.db'))
    expect(db.query("select count(*) as count from audit_leaf where type = 'audit.continued'").get()).toEqual({ count: 1 })
    db.close()
    const away = await started({ PARAPHE_AUDIT_CHECKPOINT: join(directory, 'not-mounted/kept.db') }, data, 'serve')
    expect([away.status, away.err]).toEqual([
      1,
      `paraphe serve: PARAPHE_AUDIT_CHECKPOINT: the folder ${directory}/not-mounted is not there\n`,
    ])
    await using server = await startInstallation({ directory, keep: true })
    expect(server.output()).toContain('listens on')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}, 240_000)
