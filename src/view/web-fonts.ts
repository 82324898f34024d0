const files = (name: string, style: string, scripts: readonly string[]): [string, string][] => {
  const family = name.split('/').at(-1)!
  return scripts.map((script) => `${family}-${script}-${style}-normal.woff2`).map((file) => [file, `${name}/files/${file}`])
}

/** The typefaces of the pages, WOFF2 by script (`css/fonts.css` says which characters each is for): file name → file of a package. */
export const WEB_FONTS: ReadonlyMap<string, string> = new Map([
  ...files('@fontsource-variable/inter', 'wght', ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext']),
  ...files('@fontsource/source-serif-4', '600', ['latin', 'latin-ext', 'vietnamese', 'greek', 'cyrillic', 'cyrillic-ext']),
])
