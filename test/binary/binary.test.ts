import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Glob } from 'bun'
import { ownFile } from '../../src/base/program.ts'
import { CHECKS } from '../../src/cli/selftest/checks.ts'
import { binary, build } from '../support/binary.ts'
import { freePort } from '../support/installation.ts'

const NODE = { PATH: process.env['PATH'] ?? '' }
let program = ''
let folder = ''

beforeAll(() => {
  program = binary()
  folder = mkdtempSync(join(tmpdir(), 'paraphe-binary-test-'))
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (args: readonly string[], cwd: string, environment: Record<string, string> = {}) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([program, ...args], { cwd, env: { ...NODE, ...environment }, stderr: 'pipe' })
  return { exitCode, out: stdout.toString(), err: stderr.toString() }
}

test('two builds of one commit are the same bytes, named by their digest', () => {
  const again = join(folder, 'again')
  const digest = (path: string) => new Bun.CryptoHasher('sha256').update(readFileSync(path)).digest('hex')
  expect(digest(build(again))).toBe(digest(program))
  expect(readFileSync(join(again, 'SHA256SUMS'), 'utf8')).toBe(`${digest(program)}  paraphe\n`)
  expect(readdirSync(again).sort()).toEqual(['SHA256SUMS', 'paraphe'])
}, 120_000)

test('from an empty folder that cannot be written: a whole contract, and its verification', () => {
  const [empty, out] = [join(folder, 'empty'), join(folder, 'demo')]
  mkdirSync(empty)
  chmodSync(empty, 0o555)
  const demo = run(['demo', '--out', out], empty)
  expect([demo.exitCode, demo.err]).toEqual([0, ''])
  const verified = run(['verify', join(out, 'contract.pdf'), '--trust', join(out, 'root.pem')], empty)
  expect([verified.exitCode, verified.err]).toEqual([0, ''])
  expect(run(['verify', join(out, 'original.pdf'), '--trust', join(out, 'root.pem')], empty).exitCode).not.toBe(0)
  expect(readdirSync(empty)).toEqual([])
}, 120_000)

test('what lies in the working folder decides nothing', () => {
  const hostile = join(folder, 'hostile')
  mkdirSync(join(hostile, 'node_modules/hono'), { recursive: true })
  mkdirSync(join(hostile, 'views'))
  const evil = (name: string) => `require('node:fs').writeFileSync(${JSON.stringify(join(hostile, `ran-${name}`))}, '')`
  const files = {
    '.env': 'PARAPHE_DATA=/nowhere/by-dotenv\nPARAPHE_FAILPOINT=start',
    '.env.production': 'PARAPHE_DATA=/nowhere/by-dotenv',
    'bunfig.toml': 'preload = ["./evil.js"]\n[run]\nbun = true\n',
    'evil.js': evil('preload'),
    'package.json': JSON.stringify({ imports: { '#x': './evil.js' }, scripts: { version: 'false' } }),
    'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { hono: ['./evil.js'] } } }),
    'node_modules/hono/index.js': evil('module'),
    'node_modules/hono/package.json': JSON.stringify({ name: 'hono', main: 'index.js' }),
    'version.ts': evil('command'),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(hostile, name), text)
  const before = readdirSync(hostile).sort()
  expect(run(['version'], hostile).out).toMatch(/^paraphe \d+\.\d+\.\d+/)
  const users = run(['user', 'list'], hostile, { PARAPHE_DATA: join(folder, 'data') })
  expect([users.exitCode, users.err]).toEqual([1, `paraphe user: there is no file of data in ${join(folder, 'data')}\n`])
  expect(existsSync(join(folder, 'data'))).toBe(false)
  expect(readdirSync(hostile).sort()).toEqual(before)
}, 60_000)

test('every library in it works, and every package that the house imports is among them', async () => {
  const { exitCode, out, err } = run(['selftest', '--json'], folder)
  const told = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { name: string; ok: boolean; found: string })
  expect([exitCode, err, told.filter(({ ok }) => !ok)]).toEqual([0, '', []])
  expect(told.map(({ name }) => name)).toEqual(Object.keys(CHECKS))
  const atWork = new Set(Object.values(CHECKS).flatMap(({ packages }) => packages))
  const imported = new Set<string>()
  for await (const path of new Glob('**/*.ts').scan(ownFile('src')))
    for (const [, name = ''] of (await Bun.file(ownFile(`src/${path}`)).text()).matchAll(
      /^(?:import|export) (?!type )[^'"]*from '([^.'"][^'"]*)'|import\('([^.'][^']*)'\)/gm,
    ))
      if (name && !/^(node:|bun(:|$))/.test(name)) imported.add(/^(?:@[^/]+\/)?[^/]+/.exec(name)![0])
  expect([...imported].filter((name) => !atWork.has(name))).toEqual([])
}, 120_000)

test('switches of the engine below it run nothing that lies in the working folder', () => {
  const hostile = join(folder, 'switches')
  mkdirSync(hostile)
  const ran = join(hostile, 'ran')
  writeFileSync(join(hostile, 'evil.js'), `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '')`)
  expect(run(['version'], hostile, { NODE_OPTIONS: '--require ./evil.js' }).out).toStartWith('paraphe ')
  expect(run(['version'], hostile, { BUN_INSPECT_PRELOAD: './evil.js' }).out).toStartWith('paraphe ')
  // Emptied, as the container does it, they say nothing.
  expect(run(['version'], hostile, { BUN_OPTIONS: '', NODE_OPTIONS: '' }).out).toStartWith('paraphe ')
  expect(existsSync(ran)).toBe(false)
})

test('the running server is asked how it is by the binary itself', async () => {
  const port = freePort()
  const environment = { ...NODE, PARAPHE_DATA: join(folder, 'served'), PARAPHE_LISTEN: `127.0.0.1:${port}` }
  const check = (...args: string[]) => run(['healthcheck', ...args], folder, environment)
  expect(check().exitCode).toBe(1)
  const server = Bun.spawn([program, 'serve'], { cwd: folder, env: environment, stdout: 'ignore', stderr: 'ignore' })
  try {
    let tries = 0
    while (check().exitCode !== 0 && tries++ < 100) await Bun.sleep(50)
    expect(check().out).toBe('/healthz 200 ok\n')
    expect(check('--ready').out).toContain('/readyz ')
    server.kill('SIGTERM')
    expect(await server.exited).toBe(0)
  } finally {
    server.kill('SIGKILL')
  }
}, 60_000)
