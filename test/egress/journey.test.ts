import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
/** A network with nothing but loopback. Whoever is not root makes one in a space of users of their own. */
const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['-r']), '-n']
const isPossible =
  Bun.which('strace') !== null &&
  Bun.which('ip') !== null &&
  Bun.spawnSync([...UNSHARE, 'strace', '-qq', '-e', 'trace=none', 'true'], { stdout: 'ignore', stderr: 'ignore' }).exitCode === 0

interface Seen {
  readonly pages: readonly string[]
  readonly secrets: readonly string[]
  readonly log: string
  readonly status: number
  readonly examined: string
  readonly control: string
  readonly trace: string
}

/** Connections and packets to anything but loopback and sockets of the machine; names are asked at port 53, wherever that is. */
function waysOut(trace: string): string[] {
  return trace.split('\n').filter((line) => {
    if (!/sa_family=AF_INET6?\b/.test(line)) return false
    if (/sin6?_port=htons\(53\)/.test(line)) return true
    return !/inet_addr\("127\.|inet_pton\(AF_INET6, "(?:::1|::ffff:127\.[\d.]+)"/.test(line)
  })
}

test.skipIf(!isPossible)(
  'from the set-up to the sealed file, the console and the self-check: not one way out, and no secret in the log',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'paraphe-journey-'))
    const out = join(folder, 'seen.json')
    const { exitCode, stderr } = Bun.spawnSync(
      [...UNSHARE, 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath, join(import.meta.dir, 'inside.ts'), out],
      { cwd: ROOT, env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() } },
    )
    if (exitCode !== 0) throw new Error(stderr.toString())
    const seen = JSON.parse(readFileSync(out, 'utf8')) as Seen
    rmSync(folder, { recursive: true, force: true })

    expect(waysOut(seen.control).length).toBeGreaterThan(0)
    expect(waysOut(seen.trace)).toEqual([])
    expect(seen.pages.length).toBeGreaterThan(15)
    expect(seen.pages).toContain('/console/health')
    expect(seen.status).toBe(0)
    expect(JSON.parse(seen.examined)).toMatchObject({ outbound: [] })

    // Passwords, links, codes, cookies, anti-forgery tokens, the set-up's secret, what stood in a query.
    expect(seen.secrets.length).toBeGreaterThan(10)
    const lines = seen.log.split('\n').filter(Boolean)
    const requests = lines.map((line) => JSON.parse(line) as { event: string; route?: string }).filter(({ event }) => event === 'request')
    expect(requests.length).toBeGreaterThan(80)
    expect(requests.some(({ route }) => route === '/s/:id/signature')).toBe(true)
    // Six figures may stand in anything: as a code they stand alone.
    for (const secret of seen.secrets)
      expect(
        lines.filter((line) => (/^\d{6}$/.test(secret) ? new RegExp(`(?<![\\w.])${secret}(?![\\w.])`).test(line) : line.includes(secret))),
      ).toEqual([])
  },
  300_000,
)
