import { Refusal } from '../base/refusal.ts'

const MOST = 50

/** One origin a line. `https`, or this machine itself for whoever tries it; nothing behind the host, and no stars. */
export function originsIn(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  if (lines.length > MOST) throw new Refusal('invalid', 'embedding.too-many')
  return [...new Set(lines.map(originOfLine))]
}

function originOfLine(line: string): string {
  const url = URL.parse(line)
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
  if (!isOrigin || url.hostname.includes('*') || line.length > 200)
    throw new Refusal('invalid', 'embedding.origin-invalid', { line: line.slice(0, 80) })
  if (url.protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    throw new Refusal('invalid', 'embedding.not-https', { line: line.slice(0, 80) })
  return url.origin
}
