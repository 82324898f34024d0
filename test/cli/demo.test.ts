import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Unpacked } from '../vault/evidence/package.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-demo-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('demo writes the contract, its original, the root, and evidence that stands alone', () => {
  const main = join(import.meta.dir, '../../src/main.ts')
  const run = Bun.spawnSync([process.execPath, main, 'demo', '--out', folder, '--language', 'fr'], { stderr: 'inherit' })
  expect(run.exitCode).toBe(0)
  expect(readdirSync(folder).sort()).toEqual(['contract.pdf', 'evidence.zip', 'original.pdf', 'root.pem'])
  using it = new Unpacked(readFileSync(join(folder, 'evidence.zip')))
  const { status, said, faults } = it.judge()
  expect([faults, status]).toEqual([[], 0])
  const { stdout } = Bun.spawnSync(['openssl', 'x509', '-in', 'root.pem', '-noout', '-fingerprint', '-sha256'], { cwd: folder })
  expect(said).toContain(`root certificate, SHA-256 ${String(stdout).trim().split('=')[1]}`)
  expect(it.bytes(`${it.document}/sealed.pdf`)).toEqual(Uint8Array.from(readFileSync(join(folder, 'contract.pdf'))))
  expect(it.bytes(`${it.document}/original.pdf`)).toEqual(Uint8Array.from(readFileSync(join(folder, 'original.pdf'))))
}, 180_000)
