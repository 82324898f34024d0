import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
let built: string | undefined

/** The one binary, built once for all tests of a process and removed with it. */
export function binary(): string {
  if (built && existsSync(built)) return built
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-binary-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return (built = build(folder))
}

/** Builds into a folder and gives the path of the binary. */
export function build(folder: string): string {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, 'scripts/build.ts', '--out', folder], { cwd: ROOT, stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`the binary could not be built:\n${stderr}`)
  return join(folder, 'paraphe')
}
