import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { type HalfUpload, halfUpload } from '../support/half-uploads.ts'
import { ORIGIN } from '../support/house.ts'

const AT_ONCE = Number(process.env['PARAPHE_HALF_UPLOADS'] ?? 20)
const MEGABYTE = 1_000_000
const EACH = 25 * MEGABYTE
const BOUND = 200 * MEGABYTE

test.skipIf(process.platform !== 'linux')(
  `${AT_ONCE} uploads of 25 MB that are half finished are on the disk, not in memory`,
  async () => {
    const server = Bun.spawn([process.execPath, join(import.meta.dir, '../support/upload-server.ts')], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'inherit',
    })
    const lines = createInterface({ input: Readable.fromWeb(server.stdout as never) })[Symbol.asyncIterator]()
    const next = async <T>(): Promise<T> => JSON.parse((await lines.next()).value!) as T
    const memory = async (): Promise<{ now: number; most: number }> => {
      server.stdin.write('\n')
      server.stdin.flush()
      return next()
    }
    const open: HalfUpload[] = []
    try {
      const { port, path, csrf, cookie } = await next<{ port: number; path: string; csrf: string; cookie: string }>()
      const before = await memory()
      const headers = { host: new URL(ORIGIN).host, cookie, 'x-csrf': csrf, 'sec-fetch-site': 'same-origin', accept: 'application/json' }
      const file = new Uint8Array(EACH).fill(0x20)
      open.push(
        ...(await Promise.all(
          Array.from({ length: AT_ONCE }, () => halfUpload({ port, path, headers, field: 'files', name: 'half.pdf' }, file, MEGABYTE)),
        )),
      )
      await Bun.sleep(1_000)
      const after = await memory()
      expect(open.filter((one) => one.heard()).length).toBe(0)
      const grown = after.most - before.now
      if (process.env['PARAPHE_HALF_UPLOADS'])
        console.log(`grown by at most ${Math.round(grown / MEGABYTE)} MB, ${JSON.stringify({ before, after })}`)
      expect(grown).toBeLessThan(BOUND)
    } finally {
      for (const { socket } of open) socket.destroy()
      server.stdin.end()
      // By itself, so that it takes its folder with it.
      if ((await Promise.race([server.exited, Bun.sleep(10_000)])) === undefined) server.kill()
    }
  },
  60_000,
)
