import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { managerOf } from '../../src/cli/systemd.ts'
import { startInstallation } from '../support/installation.ts'

/** What a service manager hears: each datagram as a line. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace('@', '\\0', 1) if sys.argv[1].startswith('@') else sys.argv[1])
print('listening', flush=True)
while True: print(repr(s.recv(4096).decode()), flush=True)
`

async function listener(address: string) {
  const python = Bun.spawn(['python3', '-c', LISTENER, address], { stdout: 'pipe' })
  let heard = ''
  void (async () => {
    const decoder = new TextDecoder()
    for await (const piece of python.stdout) heard += decoder.decode(piece, { stream: true })
  })()
  const until = async (wanted: string): Promise<void> => {
    for (let tries = 0; !heard.includes(wanted); tries++, await Bun.sleep(50))
      if (tries > 400) throw new Error(`"${wanted}" was not heard: ${heard}`)
  }
  await until('listening')
  return { until, heard: () => heard, [Symbol.dispose]: () => python.kill() }
}

test('the service manager hears that the server is ready, that it lives and that it stops', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-manager-'))
  try {
    const address = join(folder, 'notify')
    using manager = await listener(address)
    await using installation = await startInstallation({ environment: { NOTIFY_SOCKET: address, WATCHDOG_USEC: '600000' } })
    await manager.until('READY=1\\nSTATUS=Listens on 127.0.0.1:')
    await manager.until('WATCHDOG=1')
    expect(manager.heard()).not.toContain('STOPPING')
    installation.process.kill('SIGTERM')
    await manager.until('STOPPING=1')
    expect(await installation.gone).toBe(0)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)

test('an abstract address is one too; without a manager, or with one that is gone, nothing is said and nothing breaks', async () => {
  const address = `@paraphe-test-${process.pid}`
  using manager = await listener(address)
  managerOf({ NOTIFY_SOCKET: address }).tell('READY=1')
  await manager.until('READY=1')
  managerOf({}).tell('READY=1')
  managerOf({ NOTIFY_SOCKET: '/nowhere/notify' }).tell('READY=1')
  managerOf({ NOTIFY_SOCKET: `/${'x'.repeat(200)}` }).tell('READY=1')
  expect(managerOf({}).watchdog).toBeNull()
  expect(managerOf({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '30000000' }).watchdog).toBe(30_000)
  expect(managerOf({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }).watchdog).toBeNull()
}, 60_000)
