import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Subprocess } from 'bun'

export interface Installation extends AsyncDisposable {
  readonly directory: string
  readonly origin: string
  /** The address with the one-time secret that the first start printed; empty later. */
  readonly setupUrl: string
  readonly process: Subprocess
  readonly output: () => string
  /** kill -9, or what a failpoint did: resolves when the process is gone. */
  readonly gone: Promise<number>
  restart(environment?: Record<string, string>): Promise<Installation>
}

/** The server as an administrator starts it: its own process, its own data folder, a free port. */
export async function startInstallation(
  options: { directory?: string; port?: number; environment?: Record<string, string>; keep?: boolean } = {},
): Promise<Installation> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'paraphe-test-')))
  const port = options.port ?? freePort()
  const child = Bun.spawn([process.execPath, 'src/main.ts', 'serve'], {
    cwd: join(import.meta.dir, '../..'),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      TMPDIR: tmpdir(),
      PARAPHE_DATA: join(directory, 'data'),
      PARAPHE_LISTEN: `127.0.0.1:${port}`,
      ...options.environment,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let text = ''
  const follow = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder()
    for await (const piece of stream) text += decoder.decode(piece, { stream: true })
  }
  void follow(child.stdout)
  void follow(child.stderr)
  const origin = `http://127.0.0.1:${port}`
  for (const end = Date.now() + 30_000; ; await Bun.sleep(50)) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`the server did not start:\n${text}`)
    const answer = await fetch(`${origin}/healthz`, { redirect: 'manual' }).catch(() => null)
    if (answer?.status === 200) break
  }
  const setupUrl = /https?:\/\/\S*\/setup\S*/.exec(text)?.[0] ?? ''
  return {
    directory,
    origin,
    setupUrl,
    process: child,
    output: () => text,
    gone: child.exited,
    async restart(environment = {}) {
      child.kill('SIGKILL')
      await child.exited
      return startInstallation({ directory, port, environment: { ...options.environment, ...environment } })
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child.exited
      if (!options.keep) await rm(directory, { recursive: true, force: true })
    },
  }
}

export function freePort(): number {
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = probe
  probe.stop(true)
  return port
}
