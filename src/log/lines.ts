import { requestNow } from './request.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]
export type LogForm = 'json' | 'text'
export type Facts = Readonly<Record<string, unknown>>

let form: LogForm = 'json'
let least: Level = 'info'
let write = (line: string): void => void process.stderr.write(line)

/** What the environment says of the log; the server writes to standard output, a command to standard error. */
export function openLog(as: { readonly form: LogForm; readonly level: Level; readonly write?: (line: string) => void }): void {
  form = as.form
  least = as.level
  if (as.write) write = as.write
}

/**
 * One line, of JSON or of text. No text of a stranger begins a line of its own or turns its direction, and whatever looks like a secret is left out: an address
 * keeps its origin, a link's or a token's secret becomes `…`. Bodies, cookies, codes and passwords are never given to it.
 */
export function log(level: Level, event: string, facts: Facts = {}): void {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return
  const at = new Date().toISOString()
  const request = facts['request'] ?? requestNow()
  const told = Object.entries({ ...facts, ...(request ? { request } : {}) })
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, typeof value === 'string' ? withoutSecrets(value) : value] as const)
  const line =
    form === 'json'
      ? JSON.stringify({ level, at, event, ...Object.fromEntries(told) })
      : [at, level.toUpperCase().padEnd(5), event, ...told.map(([name, value]) => `${name}=${plain(value)}`)].join(' ')
  write(`${line.replaceAll(UNSEEN, '�')}\n`)
}

/** What turns the direction of a line, and control characters that JSON leaves as they are. */
const UNSEEN = /[\u202a-\u202e\u2066-\u2069\u2028\u2029\u007f-\u009f]/g

const plain = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[\w:./@+-]+$/.test(text) ? text : JSON.stringify(text)
}

/** The secrets of this house have no other form: `prefix_id.secret`, or 22 and more letters and figures of base64. Digests and ids stay. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/"'@]*@)?([^\s/"'?#]*)[^\s"'<>)]*/gi, '$1$2/…')
    .replace(/\b(\w{2,4}_[0-9a-z]{20})\.[\w.-]+/g, '$1.…')
    .replace(/\?[\w.~-]+=[^\s"')]*/g, '?…')
    .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 …')
    .replace(/[\w-]{22,}/g, (run) => (/^[0-9a-f]+$/.test(run) || /^[a-z]{2,4}_[0-9a-z]{20}$/.test(run) || !isMixed(run) ? run : '…'))

/** Words of a program are of letters, with a capital now and then; random text is of everything. */
const isMixed = (run: string): boolean => /[0-9]/.test(run) && /[A-Z]/.test(run) && /[a-z]/.test(run)
