import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind } from '../build.ts'

const NAMES: Readonly<Record<Kind, string>> = { x64: '@oven/bun-linux-x64', arm64: '@oven/bun-linux-aarch64' }
const FOLDER = 'dist/engine'

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>
}

/**
 * The engine that the binary of another kind of machine stands on, from the npm registry, in the version and with the digest that package-lock.json
 * names. Null: the one that runs this.
 */
export async function engineFor(kind: Kind): Promise<string | null> {
  if (kind === process.arch) return null
  const name = NAMES[kind]
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile
  const wanted = lock.packages[`node_modules/${name}`]
  if (!wanted) throw new Error(`package-lock.json does not name ${name}`)
  const folder = join(FOLDER, `${kind}-${wanted.version}`)
  const engine = join(folder, 'package/bin/bun')
  if (existsSync(engine)) return engine
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { stdout } = run(['npm', 'pack', '--silent', '--pack-destination', folder, `${name}@${wanted.version}`])
  const archive = join(folder, stdout.toString().trim().split('\n').at(-1)!)
  const digest = createHash('sha512').update(readFileSync(archive)).digest('base64')
  if (`sha512-${digest}` !== wanted.integrity) throw new Error(`${archive} is not what package-lock.json names`)
  run(['tar', '-xzf', archive, '-C', folder])
  rmSync(archive)
  return engine
}

function run(command: string[]): Bun.SyncSubprocess<'pipe', 'inherit'> {
  const done = Bun.spawnSync(command, { stderr: 'inherit' })
  if (!done.success) throw new Error(`${command.slice(0, 2).join(' ')} did not succeed`)
  return done
}
