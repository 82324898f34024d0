import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Handler } from 'hono'
import { utf8 } from '../base/bytes.ts'
import { verifierScript } from '../view/bundle.ts'
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

/** Scripts that are made of the house's own code. */
const MADE: Readonly<Record<string, () => Promise<string>>> = { 'js/verifier.js': verifierScript }

/** Reads the whole folder once: what is not in it cannot be asked for, whatever the address says. */
export async function createAssets(directory: string): Promise<Assets> {
  const files = new Map<string, string>()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(relative(directory, path).split(sep).join('/'), path)
  }
  for (const [name, [packageName, file]] of Object.entries(VENDOR)) files.set(name, join(dirname(require.resolve(packageName)), file))

  const assets = new Map<string, Asset>()
  const read = (name: string): Asset | undefined => {
    const known = assets.get(name)
    const file = files.get(name)
    if (known || !file || !TYPES[ending(name)]) return known
    const asset = assetOf(name, name.endsWith('.js') ? named(name, readFileSync(file, 'utf8'), read) : new Uint8Array(readFileSync(file)))
    assets.set(name, asset)
    return asset
  }
  for (const name of files.keys()) read(name)
  for (const [name, make] of Object.entries(MADE)) assets.set(name, assetOf(name, utf8(await make())))
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

const ending = (name: string): string => name.split('.').at(-1) ?? ''
const assetOf = (name: string, bytes: Uint8Array<ArrayBuffer>): Asset => ({
  bytes,
  type: TYPES[ending(name)]!,
  version: createHash('sha256').update(bytes).digest('hex').slice(0, 12),
})

const IMPORT = /((?:^|\n)(?:import|export)\b[^'"\n]*?from |\nimport )'([^']+\.js)'/g

/** A script names the scripts it imports by their content too, or a browser would run two versions of them together after an upgrade. */
function named(name: string, script: string, read: (name: string) => Asset | undefined): Uint8Array<ArrayBuffer> {
  const address = (path: string): string => {
    const { pathname } = new URL(path, `http://own/static/${name}`)
    const version = read(pathname.slice('/static/'.length))?.version
    if (!version) throw new Error(`${name} imports ${path}, which is not there`)
    return `${pathname}?v=${version}`
  }
  return utf8(script.replace(IMPORT, (_, before: string, path: string) => `${before}'${address(path)}'`))
}
