import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/cli/verify.ts'
import { toPem } from '../../src/pki/certificate.ts'
import { type SealedFile, sealedFile } from '../verification/sealed-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-verify-'))
const at = (name: string): string => join(folder, name)
let sealed: SealedFile

beforeAll(async () => {
  sealed = await sealedFile()
  const changed = sealed.file.slice()
  changed[changed.length - 30_000]! ^= 1
  writeFileSync(at('contract.pdf'), sealed.file)
  writeFileSync(at('changed.pdf'), changed)
  writeFileSync(at('partial.pdf'), sealed.revisions[2]!)
  writeFileSync(at('notes.txt'), 'notes')
  writeFileSync(at('broken.pem'), '-----BEGIN CERTIFICATE-----\nA=A\n-----END CERTIFICATE-----\n')
  writeFileSync(at('other.pem'), toPem((await sealedFile()).authority.root.certificate))
  writeFileSync(at('root.pem'), toPem(sealed.authority.root.certificate))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('exit statuses: 0 passed, 1 failed, 2 indeterminate, 3 could not read', async () => {
  const log = spyOn(console, 'log').mockImplementation(() => {})
  const error = spyOn(console, 'error').mockImplementation(() => {})
  try {
    const trust = ['--trust', at('root.pem')]
    expect(await run([at('contract.pdf'), ...trust], {})).toBe(0)
    expect(await run([at('changed.pdf'), ...trust], {})).toBe(1)
    expect(await run([at('contract.pdf')], {})).toBe(2)
    expect(await run([at('partial.pdf'), ...trust], {})).toBe(2)
    expect(await run([at('notes.txt')], {})).toBe(3)
    expect(await run([at('nothing.pdf')], {})).toBe(3)
    log.mockClear()
    await run([at('contract.pdf'), ...trust, '--json'], {})
    expect(JSON.parse(String(log.mock.calls[0]![0]))).toMatchObject({ answer: 'genuine', indication: 'passed', level: 'B-LTA' })
    expect(run([], {})).rejects.toThrow('verify FILE')
    for (const name of ['notes.txt', 'broken.pem'])
      expect(run([at('contract.pdf'), '--trust', at(name)], {})).rejects.toThrow('holds no certificate')
  } finally {
    log.mockRestore()
    error.mockRestore()
  }
})

test('in an empty folder with an empty environment: no database, no configuration, nothing written but the report', () => {
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  const main = join(import.meta.dir, '../../src/main.ts')
  const trust = ['--trust', at('other.pem'), '--trust', at('root.pem')]
  const verify = (...args: string[]) =>
    Bun.spawnSync([process.execPath, main, 'verify', at('contract.pdf'), ...args], { cwd: empty, env: {}, stdout: 'pipe', stderr: 'pipe' })
  const plain = verify(...trust)
  expect([plain.exitCode, plain.stderr.toString()]).toEqual([0, ''])
  expect(plain.stdout.toString()).toContain('TOTAL-PASSED B-LTA')
  expect(readdirSync(empty)).toEqual([])
  const told = verify(...trust, '--json', '--report', 'report.pdf')
  expect(told.exitCode).toBe(0)
  expect(JSON.parse(told.stdout.toString())).toMatchObject({ answer: 'genuine' })
  expect(readdirSync(empty)).toEqual(['report.pdf'])
  const text = Bun.spawnSync(['pdftotext', join(empty, 'report.pdf'), '-']).stdout.toString()
  expect(text).toContain('Genuine and unchanged')
  expect(text).toContain('Marie Dupont')
  expect(verify(...trust, '--report', 'nowhere/report.pdf').exitCode).toBe(1)
  expect(verify('--trust', at('other.pem')).exitCode).toBe(2)
})
