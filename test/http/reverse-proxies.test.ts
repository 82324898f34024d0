import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { type Listener, listen } from '../../src/http/listen.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'

/** The examples of docs/proxies, run by the programs that they are for. The proxy is the one that stands at 127.0.0.1; who asks is at 127.0.0.2. */
const HOST = 'sign.example.com'
const CLIENT = '127.0.0.2'
const folder = mkdtempSync(join(tmpdir(), 'paraphe-proxy-'))

interface Proxy {
  readonly file: string
  readonly program: string
  /** How it stands below a path. */
  readonly below: (text: string) => string
  /** The example within what the program needs to run beside another one of its kind, in a folder of its own. */
  readonly whole: (example: string, port: number, own: string) => { config: string; command: string[] }
}

const PROXIES: Record<string, Proxy> = {
  nginx: {
    file: 'nginx.conf',
    program: 'nginx',
    below: (text) => text.replace('location / {', 'location /sign {'),
    whole: (example, port, own) => ({
      config: `daemon off;\npid ${own}/pid;\nerror_log ${own}/error.log;\nevents {}\nhttp {\naccess_log off;\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${own}/${name};`).join('\n')}\n${example.replace('listen 443', `listen 127.0.0.1:${port}`)}\n}\n`,
      command: ['nginx', '-p', own, '-e', `${own}/error.log`, '-c', `${own}/config`],
    }),
  },
  caddy: {
    file: 'Caddyfile',
    program: 'caddy',
    below: (text) => text.replace('reverse_proxy 127', 'reverse_proxy /sign* 127'),
    whole: (example, port, own) => ({
      config: `{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system ${own}/storage\n}\n${example.replace(`${HOST} {`, `https://${HOST}:${port} {\n\tbind 127.0.0.1`)}`,
      command: ['caddy', 'run', '--adapter', 'caddyfile', '--config', `${own}/config`],
    }),
  },
  apache: {
    file: 'apache.conf',
    program: 'apache2',
    below: (text) => text.replace('ProxyPass "/" "http://127.0.0.1:8080/"', 'ProxyPass "/sign" "http://127.0.0.1:8080/sign"'),
    whole: (example, port, own) => ({
      config: `ServerRoot ${own}\nPidFile ${own}/pid\nErrorLog ${own}/error.log\nDefaultRuntimeDir ${own}\nServerName ${HOST}\nListen 127.0.0.1:${port}\n${['mpm_event', 'authz_core', 'ssl', 'proxy', 'proxy_http', 'headers', 'socache_shmcb'].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}\n${example.replace('*:443', `127.0.0.1:${port}`)}\n`,
      command: ['apache2', '-D', 'FOREGROUND', '-f', `${own}/config`],
    }),
  },
}

beforeAll(() => {
  chmodSync(folder, 0o755)
  const run = (args: string[]): void => {
    const { success, stderr } = Bun.spawnSync(['openssl', ...args])
    if (!success) throw new Error(stderr.toString())
  }
  run([
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${HOST}`,
    '-addext',
    `subjectAltName=DNS:${HOST}`,
    '-keyout',
    join(folder, 'sign.key'),
    '-out',
    join(folder, 'sign.pem'),
  ])
  chmodSync(join(folder, 'sign.key'), 0o644)
}, 30_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Shape extends AsyncDisposable {
  readonly house: TestHouse
  readonly port: number
}

async function stand(name: string, base: string): Promise<Shape> {
  const { file, below, whole } = PROXIES[name]!
  const [port, upstream] = [freePort(), freePort()]
  const own = join(folder, `${name}${base.replace('/', '-')}`)
  mkdirSync(own)
  const house = await openTestHouse({
    realTime: true,
    environment: {
      PARAPHE_LISTEN: `127.0.0.1:${upstream}`,
      PARAPHE_URL: `https://${HOST}:${port}${base}`,
      PARAPHE_TRUSTED_PROXIES: '127.0.0.1',
    },
  })
  const listener: Listener = listen(house.server, house.house.config.listen)
  const text = readFileSync(join(import.meta.dir, '../../docs/proxies', file), 'utf8')
  const example = (base ? below(text) : text).replaceAll('127.0.0.1:8080', `127.0.0.1:${upstream}`).replaceAll('/etc/ssl/', `${folder}/`)
  const { config, command } = whole(example, port, own)
  writeFileSync(join(own, 'config'), config)
  const child: Subprocess = Bun.spawn(command, {
    cwd: own,
    env: { PATH: process.env['PATH'] ?? '', HOME: own },
    stdout: 'ignore',
    stderr: Bun.file(join(own, 'out.log')),
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await child.exited
    await listener.stop(true)
    await house[Symbol.asyncDispose]()
  }
  for (const end = Date.now() + 20_000; ; await Bun.sleep(50)) {
    const answer = await curl(port, [`https://${HOST}:${port}${base}/healthz`, '-o', '/dev/null', '-w', '%{http_code}'])
    if (answer === '200') return { house, port, [Symbol.asyncDispose]: stop }
    if (child.exitCode === null && Date.now() < end) continue
    await stop()
    throw new Error(`${name} does not answer (${answer}): ${readFileSync(join(own, 'out.log'), 'utf8')}`)
  }
}

/** From another address of this machine, trusting the self-made certificate alone. */
async function curl(port: number, args: readonly string[]): Promise<string> {
  const child = Bun.spawn(
    [
      'curl',
      '-s',
      '--cacert',
      join(folder, 'sign.pem'),
      '--resolve',
      `${HOST}:${port}:127.0.0.1`,
      '--interface',
      CLIENT,
      '-m',
      '60',
      ...args,
    ],
    { stdout: 'pipe', stderr: 'ignore' },
  )
  return new Response(child.stdout).text()
}

for (const name of Object.keys(PROXIES))
  for (const base of ['', '/sign'])
    test(`${name}${base ? ', below a path' : ''}: a sign-in, 20 MB as they come, the board’s stream, the client in the log`, async () => {
      await using shape = await stand(name, base)
      const { house, port } = shape
      const at = (path: string): string => `https://${HOST}:${port}${base}${path}`
      const jar = join(folder, `${name}${base.replace('/', '-')}.jar`)
      const get = (path: string, more: readonly string[] = []) => curl(port, [at(path), '-b', jar, '-c', jar, ...more])
      const csrfIn = (html: string): string => /name="csrf" (?:value|content)="([^"]+)"/.exec(html)?.[1] ?? ''

      const csrf = csrfIn(await get('/sign-in'))
      expect(csrf).not.toBe('')
      // What the client writes about itself is not believed.
      const signedIn = await get('/sign-in', [
        '-o',
        '/dev/null',
        '-w',
        '%{http_code} %{redirect_url}',
        '-H',
        'Sec-Fetch-Site: same-origin',
        '-H',
        'X-Forwarded-For: 198.51.100.7',
        '-H',
        'X-Forwarded-Host: evil.example',
        '-H',
        'Forwarded: for=198.51.100.8',
        '--data-urlencode',
        `csrf=${csrf}`,
        '--data-urlencode',
        'email=ann@acme.example',
        '--data-urlencode',
        `password=${PASSWORD}`,
      ])
      expect(signedIn).toStartWith(`303 ${at('/')}`)
      const told = JSON.stringify(await house.house.db.selectFrom('auditClear').select(['name', 'value']).execute())
      expect(told).toContain(CLIENT)
      expect(told).not.toContain('198.51.100')

      const token = csrfIn(await get('/account'))
      const draft = await get('/envelopes', [
        '-o',
        '/dev/null',
        '-w',
        '%{redirect_url}',
        '-H',
        'Sec-Fetch-Site: same-origin',
        '--data-urlencode',
        `csrf=${token}`,
      ])
      expect(draft).toMatch(new RegExp(`^https://${HOST}:${port}${base}/envelopes/env_\\w+/draft$`))
      const large = join(folder, 'large.pdf')
      writeFileSync(large, padded(readFileSync('static/sample/contract.en.pdf'), 20_000_000))
      const path = new URL(draft).pathname.slice(base.length).replace('/draft', '/documents')
      const uploaded = await get(path, [
        '-H',
        'Sec-Fetch-Site: same-origin',
        '-H',
        'Accept: application/json',
        '-H',
        `X-Csrf: ${token}`,
        '-F',
        `files=@${large};type=application/pdf`,
        '-w',
        ' %{http_code}',
      ])
      expect(uploaded).toMatch(/"ok":true.* 200$/)

      // The first beat comes at once, or something on the way holds it back.
      const stream = await get('/board/stream', ['-N', '-m', '3'])
      expect(stream).toContain('event: beat')
      if (base) expect(await curl(port, [`https://${HOST}:${port}/sign-in`, '-o', '/dev/null', '-w', '%{http_code}'])).not.toBe('200')
    }, 120_000)

/** A stream of noise that nothing points to, behind the header. */
function padded(pdf: Uint8Array, size: number): Uint8Array {
  const tail = new Uint8Array(size - pdf.length)
  for (let at = 0; at < tail.length; at += 65_536) crypto.getRandomValues(tail.subarray(at, Math.min(at + 65_536, tail.length)))
  for (let at = 0; at < tail.length; at++) tail[at] = 0x30 + (tail[at]! % 10)
  for (let at = 0; at < tail.length; at += 100) tail[at] = 0x0a
  tail[0] = 0x0a
  for (let at = 1; at < tail.length; at += 100) tail[at] = 0x25
  return Buffer.concat([pdf, tail])
}
