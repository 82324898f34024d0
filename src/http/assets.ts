import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Handler } from 'hono'
import { utf8 } from '../base/bytes.ts'
import { packageFile } from '../base/program.ts'
import { fieldRulesScript, verifierScript } from '../view/bundle.ts'
import { WEB_FONTS } from '../view/web-fonts.ts'
import { PACK, type Packing, packingFor } from './compression.ts'
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
  /** Compressed when it is first asked for, once for the life of the process; absent where that gains nothing. */
  readonly packed?: Readonly<Record<Packing, () => Promise<Uint8Array<ArrayBuffer>>>>
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

/** Files of packages that browsers are given as they are. */
export const VENDOR: Readonly<Record<string, string>> = {
  'js/vendor/htmx.js': 'htmx.org/dist/htmx.min.js',
  'js/vendor/signature-pad.js': 'signature_pad/dist/signature_pad.min.js',
}

/** Scripts that are made of the house's own code. */
const MADE: Readonly<Record<string, () => Promise<string>>> = {
  'js/verifier.js': verifierScript,
  'js/field-rules.js': fieldRulesScript,
}

/** Reads the whole folder once: what is not in it cannot be asked for, whatever the address says. */
export async function createAssets(directory: string): Promise<Assets> {
  const files = new Map<string, string>()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(relative(directory, path).split(sep).join('/'), path)
  }
  for (const [name, file] of Object.entries(VENDOR)) files.set(name, packageFile(file))
  for (const [name, file] of WEB_FONTS) files.set(`fonts/${name}`, packageFile(file))

  const assets = new Map<string, Asset>()
  const read = (name: string): Asset | undefined => {
    const known = assets.get(name)
    const file = files.get(name)
    if (known || !file || !TYPES[ending(name)]) return known
    const asset = assetOf(
      name,
      /\.(js|css)$/.test(name) ? named(name, readFileSync(file, 'utf8'), read) : new Uint8Array(readFileSync(file)),
    )
    assets.set(name, asset)
    return asset
  }
  for (const [name, make] of Object.entries(MADE)) assets.set(name, assetOf(name, utf8(await make())))
  for (const name of files.keys()) read(name)
  return {
    url(name) {
      const asset = assets.get(name)
      if (!asset) throw new Error(`there is no asset ${name}`)
      return `/static/${name}?v=${asset.version}`
    },
    async serve(c) {
      const asset = assets.get(c.req.path.slice('/static/'.length))
      if (!asset) return c.notFound()
      const isThis = c.req.query('v') === asset.version
      const packing = asset.packed && packingFor(c.req.header('accept-encoding'))
      return c.body(packing ? await asset.packed![packing]() : asset.bytes, 200, {
        'Content-Type': asset.type,
        ...(asset.packed ? { Vary: 'Accept-Encoding' } : {}),
        ...(packing ? { 'Content-Encoding': packing } : {}),
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
  ...(/^(css|js|svg|json|txt|wasm)$/.test(ending(name)) && bytes.length > 400
    ? { packed: { br: once(() => PACK.br(bytes)), gzip: once(() => PACK.gzip(bytes)) } }
    : {}),
})

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

const IMPORT = /((?:^|[;}\n])(?:import|export)\b[^'";]*?\bfrom|(?:^|[;\n])import) ?["']([^'"]+\.js)["']/g
const FILE = /(url\()'([^']+\.(?:woff2|svg|png))'(?=\))/g

/** What a script imports and a style sheet draws on is named by its content too, or a browser would use two versions together after an upgrade. */
function named(name: string, text: string, read: (name: string) => Asset | undefined): Uint8Array<ArrayBuffer> {
  const address = (path: string): string => {
    const { pathname } = new URL(path, `http://own/static/${name}`)
    const version = read(pathname.slice('/static/'.length))?.version
    if (!version) throw new Error(`${name} needs ${path}, which is not there`)
    // From where it stands: the house may stand below a path.
    const here = relative(dirname(name), pathname.slice('/static/'.length)).split(sep).join('/')
    return `${here.startsWith('.') ? here : `./${here}`}?v=${version}`
  }
  if (!name.endsWith('.js')) return utf8(text.replace(FILE, (_, before: string, path: string) => `${before}'${address(path)}'`))
  return utf8(smallest(name, text).replace(IMPORT, (_, before: string, path: string) => `${before} '${address(path)}'`))
}

// The types of the engine lack `minify`, which it has.
const SMALL: object = { minify: { whitespace: true, syntax: false, identifiers: true } }
const scripts = new Bun.Transpiler({ loader: 'js', target: 'browser', ...SMALL })

/** What only its readers need, comments and long names within a function, is not sent. What a package gives is small already. */
export const smallest = (name: string, text: string): string => (name.startsWith('js/vendor/') ? text : scripts.transformSync(text))
