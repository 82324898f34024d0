import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BIN = '/usr/lib/postgresql/15/bin'

export interface Cluster extends AsyncDisposable {
  /** The address of a database of this name, which need not exist. */
  url(database: string): string
  /** Ends the server as it stands; `start` brings it back. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
}

/** A PostgreSQL of our own on a free port of this machine, in a folder that goes with it. It does not wait for the disk. */
export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-postgres-'))
  const isRoot = process.getuid?.() === 0
  // The server refuses to run as root.
  const as = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : []
  if (isRoot) chownSync(folder, Number(await output('id', '-u', 'postgres')), Number(await output('id', '-g', 'postgres')))
  const data = join(folder, 'data')
  await run([
    ...as,
    `${BIN}/initdb`,
    '-D',
    data,
    '-U',
    'paraphe',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ])
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    max_connections: 200,
    shared_buffers: '64MB',
    autovacuum: 'off',
    max_wal_size: '4GB',
    checkpoint_timeout: '1h',
    log_min_messages: 'fatal',
  }
  const start = (): Promise<void> =>
    run([
      ...as,
      `${BIN}/pg_ctl`,
      '-D',
      data,
      '-w',
      '-s',
      '-l',
      join(folder, 'log'),
      '-o',
      Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      'start',
    ])
  const stop = (how = 'immediate'): Promise<void> => run([...as, `${BIN}/pg_ctl`, '-D', data, '-w', '-s', '-m', how, 'stop'])
  await start()
  return {
    url: (database) => `postgres://paraphe@127.0.0.1:${port}/${database}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop().catch(() => {})
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function run(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { cwd: '/', stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const error = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')}: ${error}`)
}

const output = async (...command: string[]): Promise<string> => (await new Response(Bun.spawn(command).stdout).text()).trim()

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
