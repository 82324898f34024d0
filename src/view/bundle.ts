import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Eta } from 'eta'

const ROOT = join(import.meta.dir, '../..')
const ENTRY = join(ROOT, 'src/browser/main.ts')
/** Where a build of one binary, which has no sources to make it from, puts the script beforehand. */
const MADE_BEFORE = join(ROOT, 'static/js/verifier.js')

let made: Promise<string> | undefined

/** The verifier for browsers: the house's own code and templates as one script that evaluates no text. Made once in the life of the process. */
export const verifierScript = (): Promise<string> =>
  (made ??= existsSync(MADE_BEFORE) ? Promise.resolve(readFileSync(MADE_BEFORE, 'utf8')) : bundle())

async function bundle(): Promise<string> {
  const { outputs } = await Bun.build({ entrypoints: [ENTRY], target: 'browser', format: 'iife', minify: true, plugins: [templates] })
  return outputs[0]!.text()
}

/** Templates become functions here, for a page with our policy may not make any. */
const templates: import('bun').BunPlugin = {
  name: 'templates',
  setup(build) {
    const eta = new Eta({ autoEscape: true })
    build.onLoad({ filter: /\.eta$/ }, ({ path }) => ({
      contents: `export default function (it, options) { ${eta.compileToString(readFileSync(path, 'utf8'))} }`,
      loader: 'js',
    }))
  },
}
