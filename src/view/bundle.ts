import { existsSync, readFileSync } from 'node:fs'
import { Eta } from 'eta'
import { ownFile } from '../base/program.ts'

/** The verifier for browsers: the house's own code and templates as one script that evaluates no text. */
export const verifierScript = made('main', 'verifier', 'iife')

/** What a field asks of an entry, as a module for the editor and for the pages on which fields are filled in. */
export const fieldRulesScript = made('field-rules', 'field-rules', 'esm')

/** Made once in the life of the process. A build of one binary, which has no sources to make it from, puts the script there beforehand. */
function made(entry: string, name: string, format: 'iife' | 'esm'): () => Promise<string> {
  let script: Promise<string> | undefined
  const before = ownFile(`static/js/${name}.js`)
  return () => (script ??= existsSync(before) ? Promise.resolve(readFileSync(before, 'utf8')) : bundle(entry, format))
}

async function bundle(entry: string, format: 'iife' | 'esm'): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [ownFile(`src/browser/${entry}.ts`)],
    target: 'browser',
    format,
    minify: true,
    plugins: [templates],
  })
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
