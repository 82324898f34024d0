import { expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SCRIPT = join(import.meta.dir, '../../scripts/setup.mjs')

test('packages behind a link belong to another checkout: they are never replaced', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-setup-'))
  try {
    const [checkout, other] = [join(folder, 'checkout'), join(folder, 'other')]
    for (const path of [join(checkout, 'scripts'), other]) mkdirSync(path, { recursive: true })
    cpSync(SCRIPT, join(checkout, 'scripts/setup.mjs'))
    writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify({ packages: { 'node_modules/wanted': { version: '1.0.0' } } }))
    writeFileSync(join(other, 'kept'), '')
    symlinkSync(other, join(checkout, 'node_modules'))
    const { exitCode, stderr } = Bun.spawnSync(['node', join(checkout, 'scripts/setup.mjs')], { stderr: 'pipe' })
    expect(exitCode).toBe(1)
    expect(stderr.toString()).toContain('node_modules is a link')
    expect(existsSync(join(other, 'kept'))).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
