// Runs every test and ends with one line: `N passed, N failed, N skipped`. Arguments narrow it down: `npm test -- test/access`.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BUN = join(ROOT, 'node_modules/bun/bin/bun.exe')

/** Tests that drive a browser or whole processes have the machine for themselves, after the others. */
const ALONE = ['journey', 'crash', 'conformance', 'corpus']

const total = { passed: 0, failed: 0, skipped: 0 }
for (const group of process.argv.length > 2 ? [process.argv.slice(2)] : groups()) {
  const { output, status } = await bunTest(group)
  const counts = countsOf(output)
  for (const name of Object.keys(total)) total[name] += counts[name]
  // A run that died before it could count, or that failed outside a test, is a failure too.
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

function bunTest(paths) {
  return new Promise((resolve) => {
    const child = spawn(BUN, ['test', '--timeout', '60000', ...paths], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
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
  const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, '')
  const last = (word) => Number([...plain.matchAll(new RegExp(`^\\s*(\\d+) ${word}$`, 'gm'))].at(-1)?.[1] ?? 0)
  return { passed: last('pass'), failed: last('fail'), skipped: last('skip') + last('todo') }
}
