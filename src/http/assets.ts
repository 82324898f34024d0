import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { Handler } from 'hono'
import type { Env } from './env.ts'

export interface Assets {
  /** `css/main.css` → its address, which changes with its content and may therefore be kept for ever. */
  url(name: string): string
  readonly serve: Handler<Env>
}

interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly version: string
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  ttf: 'font/ttf',
  wasm: 'application/wasm',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
}

const require = createRequire(import.meta.url)

/** Files of packages that browsers are given as they are. */
const VENDOR: Readonly<Record<string, readonly [name: string, file: string]>> = {
  'js/vendor/htmx.js': ['htmx.org', 'htmx.min.js'],
  'js/vendor/signature-pad.js': ['signature_pad', 'signature_pad.min.js'],
}

/** Reads the whole folder once: what is not in it cannot be asked for, whatever the address says. */
export function createAssets(directory: string): Assets {
  const assets = new Map<string, Asset>()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const type = TYPES[entry.name.split('.').at(-1) ?? '']
    if (!entry.isFile() || !type) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = new Uint8Array(readFileSync(path))
    assets.set(
      path
        .slice(directory.length + 1)
        .split(sep)
        .join('/'),
      { bytes, type, version: createHash('sha256').update(bytes).digest('hex').slice(0, 12) },
    )
  }
  for (const [name, [packageName, file]] of Object.entries(VENDOR)) {
    const bytes = new Uint8Array(readFileSync(join(dirname(require.resolve(packageName)), file)))
    assets.set(name, { bytes, type: TYPES['js']!, version: createHash('sha256').update(bytes).digest('hex').slice(0, 12) })
  }
  return {
    url(name) {
      const asset = assets.get(name)
      if (!asset) throw new Error(`there is no asset ${name}`)
      return `/static/${name}?v=${asset.version}`
    },
    serve(c) {
      const asset = assets.get(c.req.path.slice('/static/'.length))
      if (!asset) return c.notFound()
      const isThis = c.req.query('v') === asset.version
      return c.body(asset.bytes, 200, {
        'Content-Type': asset.type,
        'Cache-Control': isThis ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
      })
    },
  }
}
