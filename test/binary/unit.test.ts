import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownFile } from '../../src/base/program.ts'

const UNIT = ownFile('paraphe.service')
const text = readFileSync(UNIT, 'utf8')
const analyze = (...args: string[]) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['systemd-analyze', ...args], { stderr: 'pipe' })
  return { exitCode, told: stdout.toString() + stderr.toString() }
}

test('systemd understands every line of the unit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-unit-'))
  try {
    // The binary stands where it is installed later; here anything that can be started stands for it.
    writeFileSync(join(folder, 'paraphe.service'), text.replaceAll('/usr/local/bin/paraphe', '/bin/true'))
    const { exitCode, told } = analyze('verify', '--man=no', join(folder, 'paraphe.service'))
    expect([exitCode, told.split('\n').filter((line) => line.includes('paraphe.service'))]).toEqual([0, []])
    cpSync(UNIT, join(folder, 'copy.service'))
    const security = analyze('security', '--offline=true', '--no-pager', join(folder, 'copy.service'))
    expect(Number(/Overall exposure level for \S+: ([\d.]+)/.exec(security.told)?.[1])).toBeLessThanOrEqual(1.5)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the unit keeps the engine’s own switches away, waits for the server, and gives what is under way its time', () => {
  for (const name of ['BUN_OPTIONS', 'BUN_BE_BUN', 'NODE_OPTIONS', 'LD_PRELOAD'])
    expect(text).toMatch(new RegExp(`^UnsetEnvironment=.*\\b${name}\\b`, 'm'))
  expect(text).toMatch(/^Type=notify$/m)
  const grace = Number(/GRACE = ([\d_]+)/.exec(readFileSync(ownFile('src/cli/serve.ts'), 'utf8'))?.[1]?.replace('_', ''))
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(grace / 1_000 + 5)
  expect(text).not.toMatch(/^Environment=.*(PASSWORD|PASSPHRASE|SECRET|TOKEN)/m)
})
