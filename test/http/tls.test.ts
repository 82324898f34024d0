import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { DAY, instant, later, systemClock } from '../../src/base/instant.ts'
import { ConfigError, readConfig } from '../../src/config/config.ts'
import { readServerCertificate } from '../../src/http/certificate.ts'
import { listenToRedirect } from '../../src/http/redirecting.ts'
import { listenSecurely } from '../../src/http/secure-listen.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'
import { makeOwnAuthority, type OwnCertificate } from '../support/own-authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-tls-'))
const files = { certificate: join(folder, 'tls.pem'), key: join(folder, 'tls.key') }
const port = freePort()
const origin = `https://127.0.0.1:${port}`
let house: TestHouse
let own: Awaited<ReturnType<typeof makeOwnAuthority>>
let next: Awaited<ReturnType<typeof makeOwnAuthority>>

const put = ({ certificate, key }: OwnCertificate): void => {
  writeFileSync(files.certificate, certificate)
  writeFileSync(files.key, key)
}
const ask = (path: string, authority: string): Promise<Response> =>
  fetch(`${origin}${path}`, {
    redirect: 'manual',
    keepalive: false,
    headers: { connection: 'close' },
    tls: { ca: authority },
  } as RequestInit)

beforeAll(async () => {
  own = await makeOwnAuthority()
  next = await makeOwnAuthority()
  house = await openTestHouse({
    realTime: true,
    origin,
    environment: {
      PARAPHE_LISTEN: `127.0.0.1:${port}`,
      PARAPHE_TLS_CERTIFICATE: files.certificate,
      PARAPHE_TLS_KEY: files.key,
    },
  })
}, 30_000)
afterAll(async () => {
  await house[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test('TLS ends here: a good certificate, HSTS, Secure cookies, nothing older than TLS 1.2', async () => {
  put(own.server)
  const { listeners } = listenSecurely(house.server, [{ at: house.house.config.listen, options: {} }], files, systemClock)
  try {
    const answer = await ask('/sign-in', own.authority)
    expect([answer.status, answer.headers.get('strict-transport-security')]).toEqual([200, 'max-age=63072000; includeSubDomains'])
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; Secure/)
    await expect(ask('/sign-in', next.authority)).rejects.toThrow()
    const old = await new Promise<string>((end) => {
      const socket = connect({ port, host: '127.0.0.1', ca: own.authority, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }, () =>
        end('connected'),
      )
      socket.on('error', () => end('refused'))
    })
    expect(old).toBe('refused')
    // A port that is taken is told.
    expect(() => listenSecurely(house.server, [{ at: house.house.config.listen, options: {} }], files, systemClock)).toThrow(
      'another program listens there',
    )
  } finally {
    await listeners[0]!.stop(true)
  }
})

test('a certificate that was replaced is shown from then on; what is under way ends well; one that cannot be used changes nothing', async () => {
  put(own.server)
  const { listeners, look } = listenSecurely(house.server, [{ at: house.house.config.listen, options: {} }], files, systemClock)
  try {
    expect((await ask('/sign-in', own.authority)).status).toBe(200)
    // A request whose body comes slowly stands over the change.
    const slow = new Promise<string>((end, fail) => {
      const socket = connect({ port, host: '127.0.0.1', ca: own.authority }, () => {
        socket.write(
          `POST /language HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\nlangu`,
        )
        setTimeout(() => socket.write('age=fr'), 800)
      })
      let text = ''
      socket.on('data', (data) => (text += String(data)))
      socket.on('end', () => end(text))
      socket.on('error', fail)
    })
    await Bun.sleep(200)

    writeFileSync(files.key, next.server.key)
    look()
    expect((await ask('/sign-in', own.authority)).status).toBe(200)
    put(next.server)
    look()
    expect((await ask('/sign-in', next.authority)).status).toBe(200)
    await expect(ask('/sign-in', own.authority)).rejects.toThrow()
    expect(await slow).toStartWith('HTTP/1.1 403')
    writeFileSync(files.certificate, 'rubbish')
    look()
    expect((await ask('/sign-in', next.authority)).status).toBe(200)
  } finally {
    await listeners[0]!.stop(true)
  }
}, 30_000)

test('what a browser could not use is refused at the start, and named', () => {
  const now = systemClock()
  const told = (at = now): string => {
    try {
      return readServerCertificate(files, at).notAfter
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      return (error as Error).message
    }
  }
  put({ certificate: own.server.certificate, key: own.stranger.key })
  expect(told()).toContain('does not belong to the first certificate')
  put(own.server)
  expect(told()).toBe(told(now))
  expect(told(later(now, 5 * DAY))).toContain('ended on')
  expect(told(instant('2020-01-01T00:00:00Z'))).toContain('begins on')
  writeFileSync(files.key, 'rubbish')
  expect(told()).toContain('no private key')
  rmSync(files.certificate)
  expect(told()).toContain('cannot be read')
  const data = { PARAPHE_DATA: folder }
  expect(() => readConfig({ ...data, PARAPHE_TLS_CERTIFICATE: '/x' })).toThrow('PARAPHE_TLS_KEY: missing')
  expect(() => readConfig({ ...data, PARAPHE_REDIRECT_LISTEN: '127.0.0.1:80' })).toThrow('PARAPHE_REDIRECT_LISTEN')
})

test('whoever comes without TLS is led to the same address with it, and to no other host', async () => {
  const at = { host: '127.0.0.1', port: 0 }
  const listener = listenToRedirect(at, async () => ({ staff: 'https://sign.example', public: 'https://open.example:8443/sign' }))
  const go = async (host: string, path: string) => {
    const answer = await fetch(`http://127.0.0.1:${listener.port}${path}`, { redirect: 'manual', headers: { host } })
    return [answer.status, answer.headers.get('location')]
  }
  try {
    expect(await go('sign.example', '/s/x?y=1')).toEqual([308, 'https://sign.example/s/x?y=1'])
    expect(await go('open.example:8080', '/')).toEqual([308, 'https://open.example:8443/sign/'])
    expect(await go('evil.example', '/')).toEqual([421, null])
    expect(await go('sign.example', '//evil.example/x')).toEqual([308, 'https://sign.example/evil.example/x'])
  } finally {
    await listener.stop(true)
  }
})
