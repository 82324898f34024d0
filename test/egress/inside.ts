/** Run by `journey.test.ts` in a network of its own, which has nothing but loopback: the whole journey, each process of the house under a tracer. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signContract } from '../../src/cli/demo-contract.ts'
import { freePort } from '../support/installation.ts'

const ROOT = join(import.meta.dir, '../..')
const [out = ''] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'paraphe-egress-'))
const traced = (name: string, command: readonly string[]): string[] => [
  'strace',
  '-f',
  '-qq',
  '--seccomp-bpf',
  '-e',
  'trace=connect,sendto,sendmsg,sendmmsg',
  '-o',
  join(folder, name),
  process.execPath,
  ...command,
]
const port = freePort()
const origin = `http://127.0.0.1:${port}`
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  TMPDIR: tmpdir(),
  PARAPHE_DATA: join(folder, 'data'),
  PARAPHE_LISTEN: `127.0.0.1:${port}`,
  PARAPHE_METRICS_TOKEN: 'figures-for-whoever-watches-17',
  PARAPHE_LOG_LEVEL: 'debug',
}

// What a tracer that saw nothing would say of it is no proof: it must see this.
const control = Bun.spawn(
  traced('control', ['-e', "await fetch('http://192.0.2.1/', { signal: AbortSignal.timeout(2000) }).catch(() => {})"]),
  { env },
)
await control.exited

const server = Bun.spawn(traced('serve', ['src/main.ts', 'serve']), { cwd: ROOT, env, stdout: 'pipe', stderr: 'pipe' })
let log = ''
let told = ''
const follow = async (stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> => {
  const decoder = new TextDecoder()
  for await (const piece of stream) take(decoder.decode(piece, { stream: true }))
}
const followed = [follow(server.stdout, (text) => (log += text)), follow(server.stderr, (text) => (told += text))]
for (const end = Date.now() + 60_000; ; await Bun.sleep(100)) {
  if (
    await fetch(`${origin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  )
    break
  if (server.exitCode !== null || Date.now() > end) throw new Error(`the server did not start: ${log} ${told}`)
}
const setupUrl = /https?:\/\/\S*\/setup\S*/.exec(log + told)?.[0] ?? ''
const secrets = new Set<string>()
const pages: string[] = []
await signContract(origin, 'en', () => setupUrl, {
  secret: (text) => secrets.add(text),
  async afterwards(desk) {
    // Every page of the console that the console leads to.
    const waiting = ['/console/companies', '/console/health', '/console/outbound']
    for (let path = waiting.shift(); path; path = waiting.shift()) {
      if (pages.includes(path)) continue
      pages.push(path)
      const page = await desk.get(path)
      for (const [, found = ''] of page.text.matchAll(/href="(\/console\/[a-z/-]+)"/g)) if (!pages.includes(found)) waiting.push(found)
      if (path === '/console/health') await desk.post('/console/health')
    }
    await desk.get('/console/health?secret-in-a-query=query-secret-4711')
    secrets.add('query-secret-4711')
  },
})
for (let tries = 0; tries < 60; tries++, await Bun.sleep(500)) {
  const figures = await (await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${env.PARAPHE_METRICS_TOKEN}` } })).text()
  if (/paraphe_signatures_total 2/.test(figures)) break
}
secrets.add(env.PARAPHE_METRICS_TOKEN)
const doctor = Bun.spawn(traced('doctor', ['src/main.ts', 'doctor', '--json']), { cwd: ROOT, env, stdout: 'pipe', stderr: 'pipe' })
const examined = await new Response(doctor.stdout).text()
await doctor.exited
// The tracer hands nothing on: the server itself is told to stop.
const pid = Number(readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ')[0])
process.kill(pid, 'SIGTERM')
const status = await server.exited
await Promise.all(followed)
const trace = (name: string): string => readFileSync(join(folder, name), 'utf8')
writeFileSync(
  out,
  JSON.stringify({
    pages,
    secrets: [...secrets].filter((text) => text.length >= 6),
    log,
    status,
    examined,
    control: trace('control'),
    trace: trace('serve') + trace('doctor'),
  }),
)
rmSync(folder, { recursive: true, force: true })
