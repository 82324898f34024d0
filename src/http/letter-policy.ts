import { createHash } from 'node:crypto'
import { POLICY } from './security.ts'

/**
 * The frame's document inherits the page's policy, and a letter has its styles on its elements. The policy of this one answer names
 * exactly these by their hashes (CSP 3 §6.7.3.3), so that neither the page nor the letter may have any other.
 */
export function policyShowing(letter: string): string {
  const sheets = [...letter.matchAll(/<style>([^<]*)<\/style>/g), ...letter.matchAll(/ style="([^"]*)"/g)]
  const hashes = new Set(sheets.map(([, css = '']) => `'sha256-${createHash('sha256').update(css).digest('base64')}'`))
  return POLICY.replace("style-src 'self'", `style-src 'self' 'unsafe-hashes' ${[...hashes].join(' ')}`)
}
