import { afterAll, expect, test } from 'bun:test'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '../../../src/base/bytes.ts'
import { instant } from '../../../src/base/instant.ts'
import { zip, type ZipEntry, zipSize } from '../../../src/vault/evidence/zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-zip-'))
afterAll(() => rmSync(folder, { recursive: true }))

const AT = instant('2026-11-23T12:34:56Z')
const text = (path: string, content: string, executable = false): ZipEntry => {
  const bytes = utf8(content)
  return { path, size: bytes.length, executable, open: () => [bytes] }
}
const run = (...words: string[]): { exitCode: number; said: string } => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(words, { cwd: folder })
  return { exitCode, said: `${stdout}${stderr}` }
}

test('unzip and python take it: names in every script, rights, time, sizes; the size was known before', async () => {
  const entries = [text('a/Vertrag – 契約.txt', 'hello'), text('a/empty', ''), text('a/verify.sh', '#!/bin/sh\necho run\n', true)]
  const pieces: Uint8Array[] = []
  for await (const piece of zip(entries, AT)) pieces.push(Uint8Array.from(piece))
  const whole = Buffer.concat(pieces)
  expect(whole.length).toBe(zipSize(entries))
  const again: Uint8Array[] = []
  for await (const piece of zip(entries, AT)) again.push(Uint8Array.from(piece))
  expect(Buffer.concat(again).equals(whole)).toBe(true)
  writeFileSync(join(folder, 'small.zip'), whole)
  expect(run('unzip', '-t', 'small.zip').said).toContain('No errors detected')
  const read = run(
    'python3',
    '-c',
    `import zipfile
z = zipfile.ZipFile('small.zip')
assert z.testzip() is None
for one in z.infolist(): print(one.filename, one.file_size, one.date_time, oct(one.external_attr >> 16), one.flag_bits)`,
  )
  expect(read.said).toBe(
    `a/Vertrag – 契約.txt 5 (2026, 11, 23, 12, 34, 56) 0o100644 2048
a/empty 0 (2026, 11, 23, 12, 34, 56) 0o100644 2048
a/verify.sh 19 (2026, 11, 23, 12, 34, 56) 0o100755 2048
`,
  )
  expect(run('sh', '-c', 'unzip -qo small.zip && ./a/verify.sh').said).toBe('run\n')
})

test('more than 4 GiB: offsets of 64 bits', async () => {
  const CHUNK = new Uint8Array(64 * 1024 * 1024)
  const large = (path: string): ZipEntry => ({
    path,
    size: 33 * CHUNK.length,
    *open() {
      for (let at = 0; at < 33; at++) yield CHUNK
    },
  })
  const entries = [large('one'), large('two'), text('last', 'found')]
  // Zeros are left out of the file, which is as long as if they stood there.
  const file = openSync(join(folder, 'large.zip'), 'w')
  let at = 0
  for await (const piece of zip(entries, AT)) {
    if (piece.length !== CHUNK.length) writeSync(file, piece, 0, piece.length, at)
    at += piece.length
  }
  ftruncateSync(file, at)
  closeSync(file)
  expect(at).toBeGreaterThan(2 ** 32)
  expect(at).toBe(zipSize(entries))
  expect(run('python3', '-c', "import zipfile; z = zipfile.ZipFile('large.zip'); print(len(z.namelist()), z.read('last'))").said).toBe(
    "3 b'found'\n",
  )
  expect(run('unzip', '-p', 'large.zip', 'last').said).toBe('found')
}, 120_000)

test('a file that is not as long as it was ends the package', async () => {
  const entry: ZipEntry = { path: 'x', size: 9, open: () => [utf8('short')] }
  const read = async () => {
    for await (const piece of zip([entry], AT)) void piece
  }
  await expect(read()).rejects.toThrow('not as long')
})
