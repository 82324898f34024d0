import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface OutsideTsa extends Disposable {
  readonly url: string
  readonly rootPem: string
  /** What it does with the next questions. */
  mode: 'good' | 'silent' | 'error' | 'refusing' | 'replaying' | 'rubbish'
  readonly asked: () => number
}

const CONFIG = `
[tsa]
default_tsa = own
[own]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
`

/** Somebody else's time-stamp authority: openssl ts behind a small server, under a root of its own. */
export function openOutsideTsa(name = 'Other Clock'): OutsideTsa {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-tsa-'))
  const run = (...words: string[]): void => {
    const { exitCode, stderr } = Bun.spawnSync(['openssl', ...words], { cwd: folder })
    if (exitCode !== 0) throw new Error(stderr.toString())
  }
  writeFileSync(join(folder, 'ts.cnf'), CONFIG)
  writeFileSync(join(folder, 'serial'), '01\n')
  const key = ['-newkey', 'rsa:3072', '-nodes', '-config', 'ts.cnf']
  run(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-subj',
    `/O=Elsewhere/CN=${name} Root`,
    '-days',
    '3650',
    '-extensions',
    'ca',
  )
  run('req', '-new', ...key, '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', `/O=Elsewhere/CN=${name}`)
  run(
    'x509',
    '-req',
    '-in',
    'tsa.csr',
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-out',
    'tsa.pem',
    '-days',
    '3000',
    '-extfile',
    'ts.cnf',
    '-extensions',
    'leaf',
  )
  let count = 0
  let last: Uint8Array<ArrayBuffer> | null = null
  const tsa = { mode: 'good' as OutsideTsa['mode'] }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 30,
    async fetch(request) {
      count++
      const question = new Uint8Array(await request.arrayBuffer())
      if (tsa.mode === 'silent') await Bun.sleep(20_000)
      if (tsa.mode === 'error') return new Response('out of order', { status: 500 })
      if (tsa.mode === 'rubbish') return new Response('<html>proxy</html>')
      if (tsa.mode === 'replaying' && last) return new Response(last)
      // Version 2 is unknown: openssl answers with a refusal.
      if (tsa.mode === 'refusing') question[4] = 2
      writeFileSync(join(folder, 'q.tsq'), question)
      run('ts', '-reply', '-config', 'ts.cnf', '-queryfile', 'q.tsq', '-out', 'a.tsr')
      last = Uint8Array.from(readFileSync(join(folder, 'a.tsr')))
      return new Response(last, { headers: { 'content-type': 'application/timestamp-reply' } })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/tsa`,
    rootPem: readFileSync(join(folder, 'root.pem'), 'utf8'),
    get mode() {
      return tsa.mode
    },
    set mode(mode) {
      tsa.mode = mode
    },
    asked: () => count,
    [Symbol.dispose]() {
      server.stop(true)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
