import { expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { ownFile } from '../../src/base/program.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { setUp } from '../support/setting-up.ts'

/** A server that was set up, with an upload of which half has arrived. */
async function withUpload(installation: Installation) {
  const { origin, setupUrl } = installation
  await setUp(origin, setupUrl)
  const page = await fetch(`${origin}/verify`)
  const cookie = page.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const file = readFileSync(ownFile('static/sample/contract.en.pdf'))
  const head = `--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n`
  const whole = Buffer.concat([Buffer.from(head), file, Buffer.from('\r\n--x--\r\n')])
  const { port } = new URL(origin)
  const socket = connect(Number(port), '127.0.0.1')
  const answer = new Promise<string>((resolve, reject) => {
    let text = ''
    socket
      .on('data', (piece) => (text += piece))
      .on('close', () => resolve(text))
      .on('error', reject)
  })
  const lines = [
    'POST /verify HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `Origin: ${origin}`,
    `Cookie: ${cookie}`,
    'Content-Type: multipart/form-data; boundary=x',
    `Content-Length: ${whole.length}`,
    'Connection: close',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(whole.subarray(0, 20_000))
  await Bun.sleep(300)
  return { answer, finish: () => socket.write(whole.subarray(20_000)) }
}

const isReady = async (origin: string): Promise<number | 'refused'> =>
  fetch(`${origin}/readyz`, { keepalive: false }).then(
    ({ status }) => status,
    () => 'refused' as const,
  )

test('SIGTERM: not ready at once, then nothing new is taken, what is under way ends, and the file of data is whole', async () => {
  await using installation = await startInstallation()
  const { origin, process: server } = installation
  const { answer, finish } = await withUpload(installation)
  expect(await isReady(origin)).toBe(200)
  server.kill('SIGTERM')
  await Bun.sleep(200)
  expect(await isReady(origin)).toBe(503)
  await Bun.sleep(1_500)
  expect(await isReady(origin)).toBe('refused')
  expect(server.exitCode).toBeNull()
  finish()
  expect(await answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*<\/html>/)
  expect(await installation.gone).toBe(0)
  expect(installation.output()).toContain('server.stopped')
  const log = join(installation.directory, 'data/paraphe.db-wal')
  expect(existsSync(log) ? statSync(log).size : 0).toBe(0)
}, 60_000)

test('a second SIGTERM does not wait for what hangs', async () => {
  await using installation = await startInstallation()
  const { answer } = await withUpload(installation)
  answer.catch(() => {})
  installation.process.kill('SIGTERM')
  await Bun.sleep(1_800)
  expect(installation.process.exitCode).toBeNull()
  const began = performance.now()
  installation.process.kill('SIGTERM')
  expect(await installation.gone).toBe(0)
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(installation.output()).toContain('server.hurried')
}, 60_000)
