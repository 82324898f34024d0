import { expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SETTING_NAMES } from '../../src/config/settings.ts'

const ROOT = join(import.meta.dir, '../..')
const paraphe = (args: readonly string[], env: Record<string, string>) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, 'src/main.ts', 'config', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  return { exitCode, out: stdout.toString(), error: stderr.toString() }
}

test('says each value and its source, hides secrets, opens nothing', () => {
  const data = mkdtempSync(join(tmpdir(), 'paraphe-config-'))
  try {
    const file = join(data, 'paraphe.toml')
    writeFileSync(file, 'smtp = "smtp://sign@mail.example"\nsmtp_password = "hush-hush"\nmail_from = "sign@acme.example"\n')
    chmodSync(file, 0o644)
    const env = { PARAPHE_DATA: data, PARAPHE_URL: 'https://sign.acme.example' }
    const { exitCode, out } = paraphe(['show'], env)
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^PARAPHE_URL +https:\/\/sign\.acme\.example {2}\(environment\)$/m)
    expect(out).toMatch(/^PARAPHE_LISTEN +127\.0\.0\.1:8080 {2}\(default\)$/m)
    expect(out).toContain(`(hidden)  (smtp_password in ${file})`)
    expect(out).toContain(`look  ${file}: holds a secret, and others can read or change it (mode 0644); chmod 600 it`)
    const json = paraphe(['show', '--json'], env)
    const { settings, settingsFile } = JSON.parse(json.out) as { settings: { name: string; value: string }[]; settingsFile: string }
    expect([settings.length, settingsFile]).toEqual([SETTING_NAMES.length, file])
    expect(settings.find(({ name }) => name === 'PARAPHE_SMTP_PASSWORD')?.value).toBe('(hidden)')
    expect(out + json.out).not.toContain('hush-hush')
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
})

test('a password in an address is hidden there, also where the address cannot be used', () => {
  const { exitCode, out, error } = paraphe(['show'], { PARAPHE_DATA: '/nonexistent', PARAPHE_DATABASE_URL: 'postgres://u:hush@db' })
  expect(exitCode).toBe(1)
  expect(out + error).not.toContain('hush')
  expect(paraphe([], { PARAPHE_DATA: '/nonexistent' }).error).toContain('say show')
})
