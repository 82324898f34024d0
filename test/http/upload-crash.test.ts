import { expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { halfUpload } from '../support/half-uploads.ts'
import { startInstallation } from '../support/installation.ts'

test('an upload that breaks off is no error in the log, and one that a crash cut short is gone with the next start', async () => {
  let installation = await startInstallation()
  try {
    const { port, host } = new URL(installation.origin)
    const page = await fetch(`${installation.origin}/verify`, { redirect: 'follow' })
    const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? 'none'
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const half = () =>
      halfUpload(
        {
          port: Number(port),
          path: '/verify',
          headers: { host, cookie: cookie || 'visit=AAAAAAAAAAAAAAAAAAAAAA', 'sec-fetch-site': 'same-origin' },
          fields: { csrf },
          field: 'file',
          name: 'half.pdf',
        },
        new Uint8Array(2_000_000),
        1_000,
      )
    const folder = join(installation.directory, 'data', 'tmp', 'uploads')
    const left = (): number => (existsSync(folder) ? readdirSync(folder).length : 0)
    const until = async (count: number): Promise<void> => {
      for (let tries = 0; tries < 400 && left() !== count; tries++) await Bun.sleep(25)
      expect(left()).toBe(count)
    }
    const first = await half()
    await until(1)
    first.socket.destroy()
    await until(0)
    expect(installation.output()).not.toContain('"level":"error"')
    await half()
    await until(1)
    installation = await installation.restart()
    expect(left()).toBe(0)
  } finally {
    await installation[Symbol.asyncDispose]()
  }
}, 90_000)
