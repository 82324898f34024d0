type Level = 'info' | 'warn' | 'error'

/** One JSON object a line. JSON escapes every control character, so no text of a stranger begins a line of its own. */
export const log = (level: Level, event: string, facts: Readonly<Record<string, unknown>> = {}): void => {
  process.stderr.write(
    `${JSON.stringify({ level, at: new Date().toISOString(), event, ...facts }).replaceAll(/[\u202a-\u202e\u2066-\u2069\u007f-\u009f]/g, '�')}\n`,
  )
}

/** The path of a request without the secrets that some paths carry: links of recipients, of first visits, of finished documents. */
export const safePath = (path: string): string =>
  path
    .split('/')
    .map((part) => (/^[^.]*\.[\w.-]{16,}$/.test(part) || part.length > 80 ? '…' : part))
    .join('/')
