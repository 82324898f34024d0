import { expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

async function bench(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-test-'))
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../src/main.ts'), 'bench', ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const status = await child.exited
  const left = readdirSync(folder)
  rmSync(folder, { recursive: true })
  return { status, out, error, left }
}

test('a figure is told as an object on a line of its own, and its folder is gone', async () => {
  const { status, out, left } = await bench('--json', '--only', 'append.1MB')
  expect(status).toBe(0)
  const { name, value, unit, limit, ratio, ...rest } = JSON.parse(out) as Record<string, unknown>
  expect([name, unit, rest]).toEqual(['append.1MB', 'ms', {}])
  expect(ratio as number).toBeCloseTo((value as number) / (limit as number))
  expect(left.filter((file) => file.startsWith('paraphe-'))).toEqual([])
}, 20_000)

test('a figure that there is not is refused with the names of all', async () => {
  const { status, error } = await bench('--only', 'append.2MB')
  expect(status).toBe(1)
  expect(error).toContain('append.1MB')
})
