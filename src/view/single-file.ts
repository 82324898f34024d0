import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { base64 } from '../base/bytes.ts'
import { ownFile, packageFile } from '../base/program.ts'
import { WEB_FONTS } from './web-fonts.ts'

const STYLES = ['fonts', 'tokens', 'base', 'layout', 'forms', 'parts', 'verify']

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

/** The house's own style sheets, with the Latin of its fonts in place of their addresses. Other scripts are set in the reader's own fonts. */
const styles = (): string =>
  (made ??= STYLES.map((name) => readFileSync(ownFile(`static/css/${name}.css`), 'utf8'))
    .join('\n')
    .replace(/^@font-face .*\n/gm, (face) =>
      /-latin(-ext)?-/.test(face) ? face.replace(/'\/static\/fonts\/([\w.-]+)'/, (_, name: string) => `'${embedded(name)}'`) : '',
    ))

const embedded = (name: string): string =>
  `data:font/woff2;base64,${base64(new Uint8Array(readFileSync(packageFile(WEB_FONTS.get(name)!))))}`
