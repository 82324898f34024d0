import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
    expect(run([at('contract.pdf'), '--trust', at('notes.txt')], {})).rejects.toThrow('certificate')
  } finally {
    log.mockRestore()
    error.mockRestore()
  }
})
