// Runs every test and ends with one line: `N passed, N failed, N skipped`. Arguments narrow it down: `npm test -- test/access`.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BUN = join(ROOT, 'node_modules/bun/bin/bun.exe')

/** Files at a time, each worker a process that goes from one to the next: a test waits for a child, a disk or a browser for much of its time. */
const AT_ONCE = 2

/** Tests that drive a browser or whole processes come after the others, so that neither waits too long. */
const ALONE = ['sandbox', 'binary', 'journey', 'crash', 'nodes', 'conformance', 'corpus']

/** They look at the clock: one file at a time, and nothing beside them. */
const ONE_BY_ONE = ['./test/sandbox/']

const total = { passed: 0, failed: 0, skipped: 0 }
for (const group of process.argv.length > 2 ? [process.argv.slice(2)] : groups()) {
  const { output, status } = await bunTest(group)
  const counts = countsOf(output)
  if (status !== 0) await runAgain(output, counts)
  for (const name of Object.keys(total)) total[name] += counts[name]
  // A run that died before it could count, or that failed outside a test, is a failure too.
  if (status !== 0 && counts.failed === 0 && !counts.again) total.failed += 1
}
// The same rooms on the other database.
if (process.argv.length === 2) {
  const { output, status } = await ran([BUN, 'scripts/on-postgres.ts'])
  const counts = countsOf(output)
  for (const name of Object.keys(total)) total[name] += counts[name]
  if (status !== 0 && counts.failed === 0) total.failed += 1
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)

function groups() {
  const entries = readdirSync(join(ROOT, 'test'), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() || entry.name.endsWith('.test.ts'),
  )
  const together = entries.map((entry) => entry.name).filter((name) => !ALONE.includes(name) && holdsTests(name))
  const alone = ALONE.filter((name) => existsSync(join(ROOT, 'test', name)) && holdsTests(name))
  return [together, ...alone.map((name) => [name])].map((names) =>
    names.map((name) => (name.endsWith('.ts') ? `./test/${name}` : `./test/${name}/`)),
  )
}

function holdsTests(name) {
  return (
    name.endsWith('.test.ts') ||
    readdirSync(join(ROOT, 'test', name), { recursive: true }).some((path) => String(path).endsWith('.test.ts'))
  )
}

/**
 * A browser that was lost or stood still says nothing about the product: its file is run once more, alone and told by its name. One expectation
 * that failed is enough to leave it failed.
 */
async function runAgain(output, counts) {
  for (const { file, text } of sectionsOf(output)) {
    const failed = failuresIn(text)
    const isLost = /browser has been closed|this test timed out/.test(text) && !/error: expect\(/.test(text)
    if (!failed || !file.startsWith('test/journey/') || !isLost) continue
    console.error(`\nThe browser was lost in ${file}: ${failed} failed; it runs once more.`)
    const again = await bunTest([`./${file}`])
    const { passed, failed: still } = countsOf(again.output)
    const before = (text.match(/^\(pass\)/gm) ?? []).length
    counts.again = true
    counts.failed += (again.status === 0 ? 0 : Math.max(1, still)) - failed
    counts.passed += passed - before
  }
}

/** What each file said, up to the list of failures at the end; two at a time come in turns, each under its own line. */
function sectionsOf(output) {
  const [told] = plainOf(output).split(/^\d+ tests? failed:$/m)
  const texts = new Map()
  for (const part of told.split(/^(?=test\/\S+\.test\.ts:$)/m)) {
    const file = /^(test\/\S+\.test\.ts):$/m.exec(part)?.[1]
    if (file) texts.set(file, (texts.get(file) ?? '') + part)
  }
  return [...texts].map(([file, text]) => ({ file, text }))
}

function failuresIn(text) {
  return (text.match(/^\(fail\)/gm) ?? []).length
}

function bunTest(paths) {
  const atOnce = paths.every((path) => ONE_BY_ONE.includes(path)) ? 1 : AT_ONCE
  return ran([BUN, 'test', '--timeout', '120000', `--parallel=${atOnce}`, '--no-isolate', ...paths])
}

function ran([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => {
        process.stderr.write(bytes)
        output += bytes
      })
    child.on('error', (error) => resolve({ output: String(error), status: 1 }))
    child.on('close', (status) => resolve({ output, status }))
  })
}

/** Bun's own last lines: ` 69 pass`, ` 1 fail`, ` 2 skip`, ` 1 todo`. */
function countsOf(output) {
  const plain = plainOf(output)
  const last = (word) => Number([...plain.matchAll(new RegExp(`^\\s*(\\d+) ${word}$`, 'gm'))].at(-1)?.[1] ?? 0)
  return { passed: last('pass'), failed: last('fail'), skipped: last('skip') + last('todo') }
}

function plainOf(output) {
  return output.replaceAll(/\x1b\[[0-9;]*m/g, '')
}
