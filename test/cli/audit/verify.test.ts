import { expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from 'bun:sqlite'
import { checkpoint } from '../../../src/audit/checkpoint.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { createAuthority } from '../../../src/authority/creating.ts'
import { openHouse } from '../../../src/cli/open-house.ts'
import { readConfig } from '../../../src/config/config.ts'
import { writeTo } from '../../audit/support.ts'

test('verify, export, compare: as an administrator types them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'paraphe-audit-'))
  const data = join(directory, 'data')
  const kept = join(directory, 'elsewhere.db')
  const paraphe = async (...args: string[]) => {
    const child = Bun.spawn([process.execPath, 'src/main.ts', 'audit', ...args], {
      cwd: join(import.meta.dir, '../../..'),
      env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: data, PARAPHE_AUDIT_CHECKPOINT: kept },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, err, status] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
    return { out, err, status }
  }
  try {
    expect(await paraphe('verify')).toMatchObject({ status: 1, err: expect.stringContaining('there is no file of data') })
    const { house, close } = await openHouse(readConfig({ PARAPHE_DATA: data, PARAPHE_AUDIT_CHECKPOINT: kept }))
    expect(await paraphe('export', '--out', join(directory, 'early'))).toMatchObject({
      status: 1,
      err: expect.stringContaining('no signed checkpoint yet'),
    })
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
    await writeTo(house.db, 5)
    const first = await checkpoint(house.db, house.clock(), 'acme.example/log', house.keys.checkpointKey())
    await writeTo(house.db, 5)
    const second = await checkpoint(house.db, house.clock(), 'acme.example/log', house.keys.checkpointKey())
    await close()
    expect(existsSync(kept)).toBe(true)

    const whole = await paraphe('verify')
    expect([whole.status, whole.err]).toEqual([0, ''])
    expect(whole.out).toContain(`Read ${second.size} entries, 2 checkpoints (signed up to entry ${second.size})`)
    expect(whole.out).toContain('Whole: nothing was changed, left out or put in.')
    const mail = join(directory, 'mail.txt')
    writeFileSync(mail, `Received: …\n\n${first.note}\nRegards\n`)
    expect((await paraphe('verify', '--checkpoint', mail)).status).toBe(0)
    expect((await paraphe('verify', '--checkpoint', join(directory, 'nothing'))).err).toContain('cannot be read')
    expect((await paraphe('verify', '--colour')).status).toBe(1)

    const out = join(directory, 'export')
    expect((await paraphe('export')).err).toContain('say where: --out DIR')
    expect((await paraphe('export', '--out', out)).out).toContain(`python3 ${out}/verify.py`)
    expect(Bun.spawnSync(['python3', join(out, 'verify.py'), mail]).stdout.toString()).toEndWith('WHOLE\n')
    expect((await paraphe('export', '--out', out)).err).toContain('is not empty')

    const one = await paraphe('consistency', String(first.size), String(second.size))
    expect([one.status, one.out.split('\n')[0]]).toEqual([0, `${first.size} ${Buffer.from(first.root).toString('base64')}`])
    expect(one.out).toContain('Consistent')
    expect((await paraphe('consistency', mail, join(out, 'checkpoint'))).status).toBe(0)
    writeFileSync(mail, readFileSync(mail, 'utf8').replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`))
    const other = await paraphe('consistency', mail, String(second.size))
    expect([other.status, other.out.includes('NOT consistent')]).toEqual([1, true])
    expect((await paraphe('consistency', '1', '99999')).err).toContain('no entry 99999')
    expect((await paraphe('consistency', '1')).err).toContain('two sizes')
    expect((await paraphe('nonsense')).err).toContain('say verify, export, consistency, continue')

    const db = new Database(join(data, 'paraphe.db'))
    db.run(
      `update audit_clear set value = 'altered' where name = 'reason' and seq = (select max(seq) from audit_clear where value = 'no 3')`,
    )
    db.close()
    const broken = await paraphe('verify')
    expect([broken.status, broken.out.includes('✗ Entry'), broken.out.includes('NOT whole: 1 finding.')]).toEqual([1, true, true])
    expect(JSON.parse((await paraphe('verify', '--json')).out)).toMatchObject({
      ok: false,
      count: 1,
      findings: [{ kind: 'clear-altered', what: 'reason' }],
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}, 120_000)
