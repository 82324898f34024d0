import { expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Visitor } from '../../src/cli/visitor.ts'
import { startInstallation } from '../support/installation.ts'
import { PASSWORD, setUp } from '../support/setting-up.ts'

const ROOT = join(import.meta.dir, '../..')

const SECRET = /([A-Z2-9]{5}-){5}[A-Z2-9]{5}/

test('from the first start to the next: set up by the printed address, kept over kill -9, ended by SIGTERM with 0', async () => {
  const first = await startInstallation()
  try {
    expect(first.setupUrl).toMatch(/\/setup\?secret=[\w-]{32}$/)
    const visitor = await setUp(first.origin, first.setupUrl)
    expect((await visitor.get('/console/health')).text).toContain('The authority’s 6 keys can be used.')
    const data = join(first.directory, 'data')
    for (const name of ['paraphe.db', 'secret.key', 'authority.key'])
      expect([name, statSync(join(data, name)).mode & 0o777]).toEqual([name, 0o600])
    expect(statSync(data).mode & 0o777).toBe(0o700)

    const rival = Bun.spawnSync([process.execPath, 'src/main.ts', 'serve'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: data, PARAPHE_LISTEN: '127.0.0.1:0' },
    })
    expect([rival.exitCode, rival.stderr.toString()]).toEqual([1, `paraphe serve: another server already works on ${data}\n`])

    const second = await first.restart()
    expect(second.setupUrl).toBe('')
    expect((await visitor.get('/account')).text).toContain('ann@acme.example')
    const stranger = new Visitor(second.origin, 'en')
    await stranger.get('/sign-in')
    expect((await stranger.post('/sign-in', { email: 'ann@acme.example', password: 'not the right one' })).status).toBe(422)
    expect((await stranger.post('/sign-in', { email: 'ann@acme.example', password: PASSWORD, next: '/console/health' })).path).toBe(
      '/console/health',
    )

    second.process.kill('SIGTERM')
    expect(await second.gone).toBe(0)
    const lines = (first.output() + second.output()).split('\n').filter((line) => line.startsWith('{'))
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), at: expect.any(String), event: expect.any(String) })
    expect(lines.join('\n')).not.toMatch(/secret=|violet tractor|not the right one/)
  } finally {
    await first[Symbol.asyncDispose]()
  }
}, 60_000)

test('with a passphrase, the keys are locked after a restart until somebody enters it', async () => {
  const first = await startInstallation()
  try {
    const passphrase = 'seven green kettles sing'
    const visitor = await setUp(first.origin, first.setupUrl, { protection: 'passphrase', passphrase, passphraseAgain: passphrase })
    await using _second = await first.restart()
    const doctor = () =>
      Bun.spawnSync([process.execPath, 'src/main.ts', 'doctor'], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: join(first.directory, 'data') },
      })
    expect((await visitor.get('/console/health')).text).toContain('They are locked')
    expect(doctor().exitCode).toBe(1)
    await visitor.get('/console/authority')
    expect((await visitor.post('/console/authority/unlocking', { passphrase: 'another one altogether' })).status).toBe(422)
    expect((await visitor.post('/console/authority/unlocking', { passphrase })).status).toBe(200)
    expect((await visitor.get('/console/health')).text).toContain('The authority’s 6 keys can be used.')
  } finally {
    await first[Symbol.asyncDispose]()
  }
}, 60_000)

test('a passphrase may come from a file or a systemd credential; a lost one is replaced by the recovery secret of the set-up', async () => {
  const first = await startInstallation()
  try {
    const passphrase = 'seven green kettles sing'
    let shown = ''
    const visitor = await setUp(
      first.origin,
      first.setupUrl,
      { protection: 'passphrase', passphrase, passphraseAgain: passphrase },
      (text) => {
        shown = text
      },
    )
    const [recovery = ''] = SECRET.exec(shown) ?? []
    expect(recovery).not.toBe('')
    expect((await visitor.get('/setup/done')).text).not.toMatch(SECRET)

    const file = join(first.directory, 'paraphe-passphrase')
    await writeFile(file, `${passphrase}\n`, { mode: 0o600 })
    const second = await first.restart({ CREDENTIALS_DIRECTORY: first.directory })
    expect((await visitor.get('/console/health')).text).toContain('The authority’s 6 keys can be used.')
    expect((await visitor.get('/console/audit')).text).toContain('Unlocked the authority’s keys')
    const run = (words: string[], input: string, environment: Record<string, string> = {}) =>
      Bun.spawnSync([process.execPath, 'src/main.ts', ...words], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: join(first.directory, 'data'), ...environment },
        stdin: Buffer.from(input),
      })
    expect(run(['doctor'], '', { PARAPHE_PASSPHRASE_FILE: file }).stdout.toString()).toContain('ok    Keys')
    const inTheOpen = run(['doctor'], '', { PARAPHE_PASSPHRASE: passphrase })
    expect([inTheOpen.exitCode, inTheOpen.stderr.toString().includes(passphrase)]).toEqual([1, false])

    expect(run(['authority', 'recover'], 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA\nnine purple ladders hum\n').exitCode).toBe(1)
    const recovered = run(['authority', 'recover'], `${recovery}\nnine purple ladders hum\n`)
    expect([recovered.exitCode, SECRET.test(recovered.stdout.toString())]).toEqual([0, true])
    // The file holds the old one now: the server starts, says so and stays locked until somebody enters the new one.
    await using third = await second.restart({ CREDENTIALS_DIRECTORY: first.directory })
    expect(third.output()).toContain('does not open the keys')
    await visitor.get('/console/authority')
    expect((await visitor.post('/console/authority/unlocking', { passphrase: 'nine purple ladders hum' })).status).toBe(200)
    expect(first.output() + second.output() + third.output()).not.toContain(passphrase)
  } finally {
    await first[Symbol.asyncDispose]()
  }
}, 90_000)

test('a port that is taken, or a folder that cannot be written, is told in words', async () => {
  const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const run = (environment: Record<string, string>) =>
    Bun.spawnSync([process.execPath, 'src/main.ts', 'serve'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: '/proc/nowhere', ...environment },
    })
  const folder = run({ PARAPHE_LISTEN: '127.0.0.1:0' })
  expect(folder.exitCode).toBe(1)
  expect(folder.stderr.toString()).toContain('/proc/nowhere')
  taken.stop(true)
})
