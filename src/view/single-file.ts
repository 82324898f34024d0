import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { base64 } from '../base/bytes.ts'
import { webFont } from './web-font.ts'

const STATIC = join(import.meta.dir, '../../static')
const STYLES = ['tokens', 'base', 'layout', 'forms', 'parts', 'verify']

/** Latin with the accents of Western and Central Europe, and the marks of both languages. Other scripts are set in the reader's own fonts. */
const CHARACTERS = [
  ...Array.from({ length: 0x180 - 0x20 }, (_, at) => String.fromCodePoint(0x20 + at)),
  ...' – — ‘ ’ “ ” … ‹ › € → ✓ ✕ ◔ ▸ ▾ \u00a0\u202f\u2009•'.replaceAll(' ', ''),
].join('')

/**
 * A page that needs nothing but itself: styles, fonts, script and what it carries in one document, which its own policy lets do nothing else.
 * `carried` is JSON for the script.
 */
export function singleFile(page: {
  readonly title: string
  readonly body: string
  readonly script: string
  readonly carried: string
}): string {
  const style = styles()
  const script = page.script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'font-src data:',
    'img-src data:',
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(page.title)}</title>
<style>${style}</style>
</head>
<body>
${page.body}
<script type="application/json" id="carried">${page.carried.replaceAll('<', '\\u003c')}</script>
<script id="script">${script}</script>
</body>
</html>
`
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
/** As CSP names an inline script or style (CSP Level 3 §8.2). */
const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

let made: string | undefined

/** The house's own style sheets, with the outlines of its fonts in place of their addresses. */
function styles(): string {
  const embed = (_: string, name: string): string => {
    const font = webFont(new Uint8Array(readFileSync(join(STATIC, 'fonts', name))), CHARACTERS)
    return `url('data:font/woff;base64,${base64(font)}') format('woff')`
  }
  return (made ??= STYLES.map((name) => readFileSync(join(STATIC, 'css', `${name}.css`), 'utf8'))
    .join('\n')
    .replace(/url\('\/static\/fonts\/([\w.]+)'\) format\('truetype'\)/g, embed))
}
