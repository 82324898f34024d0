import { expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')

function paraphe(args: readonly string[], options: { data?: string; input?: string } = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, 'src/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: options.data ?? '/nonexistent/never' },
    ...(options.input === undefined ? {} : { stdin: Buffer.from(options.input) }),
  })
  return { exitCode, out: stdout.toString(), error: stderr.toString() }
}

test('an unknown command says so, shows the known ones, and is a failure', () => {
  const { exitCode, out, error } = paraphe(['frobnicate'])
  expect([exitCode, out]).toEqual([1, ''])
  expect(error).toContain('There is no command "frobnicate"')
  for (const name of ['serve', 'verify', 'doctor', 'user', 'bench', 'version']) expect(error).toContain(`  ${name}`)
})

test('what every object has is no command', () => {
  for (const name of ['constructor', '__proto__', 'toString']) expect(paraphe([name]).exitCode).toBe(1)
})

test('help is no failure; nothing at all is', () => {
  expect(paraphe(['help']).exitCode).toBe(0)
  expect(paraphe(['--help']).out).toContain('paraphe COMMAND')
  expect(paraphe([]).exitCode).toBe(1)
})

test('the version is that of the package', async () => {
  const { version } = (await Bun.file(join(ROOT, 'package.json')).json()) as { version: string }
  expect(paraphe(['version'])).toEqual({ exitCode: 0, out: `paraphe ${version}\n`, error: '' })
})

test('a setting that cannot be read is named in one line', () => {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, 'src/main.ts', 'user', 'list'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', PARAPHE_LISTEN: 'nowhere' },
  })
  expect(exitCode).toBe(1)
  expect(stderr.toString()).toMatch(
    /^paraphe user: PARAPHE_LISTEN: "nowhere" is not an address and a port, such as 127\.0\.0\.1:8080, or unix:\/path\/of\/a\/socket\n$/,
  )
})

test('a command that finds no installation makes none', () => {
  const data = join(tmpdir(), `paraphe-mistyped-${process.pid}`)
  for (const line of ['doctor', 'user list', 'audit verify', 'vault verify', 'backup passphrase', 'authority verifier --out x.html']) {
    const { exitCode, out, error } = paraphe(line.split(' '), { data, input: '' })
    expect([line, exitCode, out]).toEqual([line, 1, ''])
    expect(error).toContain(`there is no file of data in ${data}`)
    expect(existsSync(data)).toBeFalse()
  }
}, 120_000)

test('the server takes no arguments', () => {
  const { exitCode, error } = paraphe(['serve', 'extra'])
  expect([exitCode, error]).toEqual([1, 'paraphe serve: it takes no arguments, and extra is one\n'])
}, 60_000)

test('users are added, listed, given a password, disabled and enabled', () => {
  const data = mkdtempSync(join(tmpdir(), 'paraphe-cli-'))
  try {
    const add = (email: string, ...more: string[]) =>
      paraphe(['user', 'add', '--email', email, '--first-name', 'Ann', '--last-name', 'Archer', ...more], { data })
    const added = add('ann@acme.example', '--role', 'administrator', '--role', 'Signatory')
    expect([added.exitCode, added.error]).toEqual([0, ''])
    expect(added.out).toMatch(/http:\/\/127\.0\.0\.1:8080\/welcome\/usr_\w+\.\w+\.[\w-]{43}\n$/)
    expect(add('ann@acme.example').error).toContain('Somebody already signs in with ann@acme.example.')
    expect(add('not an address').error).toContain('This is not an e-mail address')
    expect(add('bob@acme.example', '--role', 'emperor').error).toContain('there is no role "emperor"')
    expect(add('bob@acme.example', '--frob').exitCode).toBe(1)
    expect(add('bob@acme.example').exitCode).toBe(0)

    expect(paraphe(['user', 'password', 'bob@acme.example', '--stdin'], { data, input: 'short\n' }).error).toContain(
      'At least 12 characters',
    )
    expect(paraphe(['user', 'password', 'bob@acme.example', '--stdin'], { data, input: 'violet tractor hums at noon\n' }).exitCode).toBe(0)
    expect(paraphe(['user', 'password', 'ann@acme.example'], { data }).out).toContain('/welcome/usr_')
    expect(paraphe(['user', 'second-factor', 'reset', 'bob@acme.example'], { data }).exitCode).not.toBe(0)
    expect(paraphe(['user', 'second-factor', 'reset', 'nobody@acme.example'], { data }).error).toContain('nobody signs in as')
    expect(paraphe(['user', 'disable', 'bob@acme.example'], { data }).exitCode).toBe(0)
    expect(paraphe(['user', 'disable', 'ann@acme.example'], { data }).error).toContain('the only administrator')
    expect(paraphe(['user', 'list'], { data }).out).toMatch(
      /^ann@acme\.example\tAnn Archer\tAdministrator, Signatory\tno password yet\nbob@acme\.example\tAnn Archer\tEmployee\tdisabled .+\n$/,
    )
    expect(paraphe(['user', 'enable', 'bob@acme.example'], { data }).exitCode).toBe(0)
    expect(paraphe(['user', 'list'], { data }).out).toContain('bob@acme.example\tAnn Archer\tEmployee\n')
    expect(paraphe(['user', 'disable', 'nobody@acme.example'], { data }).error).toContain('nobody signs in as nobody@acme.example')
    expect(paraphe(['user', 'frob'], { data }).exitCode).toBe(1)
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}, 30_000)
