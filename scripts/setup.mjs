// What a fresh checkout needs before anything can run: the packages of package-lock.json, and the bun binary. Node alone runs this.
import { spawnSync } from 'node:child_process'
import { lstatSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
// Until its installer has run, the package holds a few lines of text in place of the binary.
const SMALLEST_BINARY = 1_000_000

if (arePackagesStale()) {
  // `npm ci` would empty the folder behind the link, which another checkout uses.
  if (isLink()) fail('node_modules is a link, and what it leads to is not what package-lock.json names; install there, or remove the link')
  console.error('Installing the packages of package-lock.json …')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], isOtherEngine)
}
if (isPlaceholder()) run(process.execPath, ['node_modules/bun/install.js'])
if (isPlaceholder()) fail('the bun binary could not be put in place; is node_modules writable?')

/** npm writes down what it has installed; every package of the lock file that this machine needs must be among it, in that very version. */
function arePackagesStale() {
  const wanted = packagesOf('package-lock.json')
  const installed = packagesOf('node_modules/.package-lock.json')
  if (!wanted) fail('package-lock.json is missing; is this a whole checkout?')
  if (!installed) return true
  const same = (name) => installed[name]?.integrity === wanted[name].integrity && installed[name]?.version === wanted[name].version
  return (
    Object.keys(wanted).some((name) => name && !wanted[name].optional && !same(name)) ||
    Object.keys(installed).some((name) => !wanted[name])
  )
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), 'utf8')).packages
  } catch {
    return null
  }
}

function isLink() {
  return lstatSync(join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

function isPlaceholder() {
  try {
    return statSync(join(ROOT, 'node_modules/bun/bin/bun.exe')).size < SMALLEST_BINARY
  } catch {
    return true
  }
}

/** npm compares packages with the Node that runs it. The house runs on the bun that it installs, so that this says nothing about it. */
function isOtherEngine(line) {
  return /^npm warn EBADENGINE/i.test(line)
}

/** `isNoise`: lines of its standard error that are left out. */
function run(command, args, isNoise) {
  // What npm is told by the npm above it is about that run, not about this one.
  const stdio = ['ignore', 2, isNoise ? 'pipe' : 2]
  const { status, error, stderr } = spawnSync(command, args, { cwd: ROOT, stdio, encoding: 'utf8', shell: process.platform === 'win32' })
  const told = (stderr ?? '').split('\n').filter((line) => line && !isNoise(line))
  if (told.length) console.error(told.join('\n'))
  if (status !== 0) fail(`${command} ${args[0]} did not succeed${error ? `: ${error.message}` : ''}`)
}

function fail(message) {
  console.error(`Set-up stopped: ${message}`)
  process.exit(1)
}
