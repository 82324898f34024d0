import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VaultPlace } from '../../src/config/vault-place.ts'
import { freePort } from './installation.ts'

export interface S3Server extends AsyncDisposable {
  readonly place: VaultPlace
  readonly url: string
  /** The files in which it keeps objects, by key. */
  readonly keys: () => string[]
  readonly directory: string
  /** Where the newest object of that name is kept. */
  fileOf(digest: string): string
  stop(): Promise<void>
  start(): Promise<void>
}

/** How s3rver names the file of an object. */
const KEPT = '._S3rver_object'
const ROOT = join(import.meta.dir, '../..')
export const S3_KEY = { PARAPHE_VAULT_KEY_ID: 'S3RVER', PARAPHE_VAULT_SECRET: 'S3RVER' }

/** A server that speaks S3, run by node in a process of its own, with an empty bucket `vault`. */
export async function openS3(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'paraphe-s3-'))
  const port = freePort()
  const endpoint = `http://127.0.0.1:${port}`
  let child: Bun.Subprocess | null = null
  const start = async (): Promise<void> => {
    const program = join(ROOT, 'node_modules/s3rver/bin/s3rver.js')
    child = Bun.spawn(['node', program, '-d', directory, '-a', '127.0.0.1', '-p', String(port), '-s', '--configure-bucket', 'vault'], {
      stdout: 'ignore',
      stderr: 'ignore',
    })
    for (const end = Date.now() + 20_000; ; await Bun.sleep(50)) {
      if (child.exitCode !== null || Date.now() > end) throw new Error('s3rver did not start')
      if (await fetch(endpoint).catch(() => null)) return
    }
  }
  const stop = async (): Promise<void> => {
    child?.kill()
    await child?.exited
    child = null
  }
  await start()
  const keys = (): string[] => {
    const bucket = join(directory, 'vault')
    if (!existsSync(bucket)) return []
    const names = readdirSync(bucket, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(KEPT))
    return names.map((name) => name.slice(0, -KEPT.length))
  }
  return {
    directory,
    keys,
    fileOf(digest) {
      const key = keys().findLast((name) => name.endsWith(digest))
      if (!key) throw new Error(`${digest} is not in the bucket`)
      return join(directory, 'vault', `${key}${KEPT}`)
    },
    place: { bucket: 'vault', prefix: 'house', endpoint, region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    url: `s3://vault/house?endpoint=${endpoint}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
