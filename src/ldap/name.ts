/**
 * A distinguished name (RFC 4514) in one spelling, to compare by: attribute types and values in lower case, spaces around separators
 * left out, escapes resolved and written again in one way. What is no name stays as it is, in lower case.
 */
export function plainDn(dn: string): string {
  const parts: string[] = []
  let [part, at] = ['', 0]
  const bytes: number[] = []
  const flush = (): void => {
    if (bytes.length) part += escaped(new TextDecoder().decode(Uint8Array.from(bytes.splice(0))))
  }
  for (; at < dn.length; at++) {
    const sign = dn[at]!
    const hex = sign === '\\' ? /^[0-9a-f]{2}/i.exec(dn.slice(at + 1, at + 3)) : null
    if (hex) {
      bytes.push(Number.parseInt(hex[0], 16))
      at += 2
      continue
    }
    flush()
    if (sign === '\\') part += escaped(dn[++at] ?? '')
    else if (sign === ',' || sign === ';') {
      parts.push(part)
      part = ''
    } else part += sign
  }
  flush()
  return [...parts, part]
    .map((one) => one.trim().replace(/^([^=]*?)\s*=\s*/, '$1='))
    .join(',')
    .toLowerCase()
    .normalize('NFC')
}

const escaped = (text: string): string =>
  text.replaceAll(/[,+"\\<>;=#\p{Cc}]/gu, (sign) => `\\${sign.codePointAt(0)?.toString(16).padStart(2, '0')}`)

/** The value of the first part: what a group is called. */
export function firstValue(dn: string): string {
  const [first = dn] = /^(?:\\.|[^,\\])+/.exec(dn) ?? []
  const value = first.replace(/^[^=]*=/, '')
  return value.replaceAll(/(?:\\[0-9a-f]{2})+|\\(.)/gi, (escape, sign?: string) =>
    sign === undefined ? Buffer.from(escape.replaceAll('\\', ''), 'hex').toString('utf8') : sign,
  )
}
