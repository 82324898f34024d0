import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const files = (name: string, style: string, scripts: readonly string[]): [string, string][] => {
  const folder = join(dirname(require.resolve(`${name}/package.json`)), 'files')
  const family = name.split('/').at(-1)!
  return scripts.map((script) => `${family}-${script}-${style}-normal.woff2`).map((file) => [file, join(folder, file)])
}

/** The typefaces of the pages, WOFF2 by script (`css/fonts.css` says which characters each is for): file name → path. */
export const WEB_FONTS: ReadonlyMap<string, string> = new Map([
  ...files('@fontsource-variable/inter', 'wght', ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext']),
  ...files('@fontsource/source-serif-4', '600', ['latin', 'latin-ext', 'vietnamese', 'greek', 'cyrillic', 'cyrillic-ext']),
])
