import { Refusal } from '../../base/refusal.ts'

/** vCard 2.1 (versit 1996), 3.0 (RFC 2426) and 4.0 (RFC 6350): what a directory needs of them. */
export interface Card {
  /** Of the file, from 1: where it begins. */
  readonly line: number
  readonly firstName: string
  readonly lastName: string
  readonly fullName: string
  readonly company: string
  readonly jobTitle: string
  /** The preferred one first. */
  readonly emails: readonly string[]
  /** The preferred one first, mobile numbers before others. */
  readonly phones: readonly string[]
  /** Lines of the first address. */
  readonly address: string
  readonly language: string
  readonly note: string
}

interface Property {
  readonly name: string
  readonly parameters: ReadonlyMap<string, readonly string[]>
  readonly value: string
}

/** Every card of a file, one inside another left out. Refused: a card that never ends, for what follows would be lost in it. */
export function readCards(text: string): Card[] {
  const cards: Card[] = []
  let open: { line: number; lines: string[] } | null = null
  let depth = 0
  for (const [at, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^BEGIN[ \t]*:[ \t]*VCARD[ \t]*$/i.test(line)) {
      if (!depth++) open = { line: at + 1, lines: [] }
    } else if (/^END[ \t]*:[ \t]*VCARD[ \t]*$/i.test(line) && depth) {
      if (!--depth && open) {
        cards.push(cardOf(open.line, open.lines))
        open = null
      }
    } else if (depth === 1 && open) open.lines.push(line)
  }
  if (open) throw new Refusal('invalid', 'vcard.open', { line: open.line })
  return cards
}

function cardOf(line: number, lines: readonly string[]): Card {
  const is21 = lines.some((one) => /^VERSION[ \t]*:[ \t]*2\.1/i.test(one))
  const properties = unfolded(lines, is21).flatMap((one) => propertyOf(one) ?? [])
  const all = (name: string): Property[] => properties.filter((one) => one.name === name)
  const first = (name: string): string => all(name)[0]?.value ?? ''
  const text = (name: string): string => plain(first(name), is21)
  const [lastName = '', firstName = ''] = parts(first('N'), is21)
  return {
    line,
    firstName,
    lastName,
    fullName: text('FN'),
    company: parts(first('ORG'), is21)[0] ?? '',
    jobTitle: text('TITLE') || text('ROLE'),
    emails: byPreference(all('EMAIL')).map(({ value }) => plain(value, is21).replace(/^mailto:/i, '')),
    phones: byPreference(
      all('TEL').filter((one) => !typesOf(one).some((type) => type === 'fax' || type === 'pager')),
      'cell',
    ).map(({ value }) => withoutExtension(plain(value, is21).replace(/^tel:/i, ''))),
    address: addressOf(byPreference(all('ADR'), 'work')[0]?.value ?? '', is21),
    language: text('LANG') || (all('N')[0]?.parameters.get('LANGUAGE')?.[0] ?? ''),
    note: text('NOTE'),
  }
}

/** A line that begins with a blank goes on with the one before; a quoted-printable one also after `=` at its end (RFC 2045 §6.7). */
function unfolded(lines: readonly string[], is21: boolean): string[] {
  // Put together once: a file may be one property of a hundred thousand lines.
  const properties: string[][] = []
  let isQuoted = false
  for (const line of lines) {
    const current = properties.at(-1)
    const last = current?.at(-1) ?? ''
    if (current && isQuoted && last.endsWith('=')) current.splice(-1, 1, last.slice(0, -1), line)
    else if (current && /^[ \t]/.test(line)) current.push(is21 ? line : line.slice(1))
    else {
      properties.push([line])
      isQuoted = /QUOTED-PRINTABLE/i.test(line.slice(0, Math.max(0, endOfHead(line))))
    }
  }
  return properties.map((pieces) => pieces.join(''))
}

function propertyOf(line: string): Property | null {
  const end = endOfHead(line)
  if (end < 1) return null
  const [head = '', ...given] = splitOutside(line.slice(0, end), ';')
  const parameters = new Map<string, string[]>()
  for (const one of given) {
    const at = one.indexOf('=')
    // 2.1 leaves the name of a type and of an encoding out.
    const bare = one.trim().toUpperCase()
    const name = at > 0 ? one.slice(0, at).trim().toUpperCase() : /^(QUOTED-PRINTABLE|BASE64|8BIT|7BIT)$/.test(bare) ? 'ENCODING' : 'TYPE'
    const values = splitOutside(at > 0 ? one.slice(at + 1) : one, ',').map((value) => value.trim().replace(/^"|"$/g, ''))
    // Added in place: a line may have a million of them.
    const kept = parameters.get(name) ?? []
    for (const value of values) for (const piece of value.split(',')) kept.push(piece)
    parameters.set(name, kept)
  }
  const name = head
    .slice(head.lastIndexOf('.') + 1)
    .trim()
    .toUpperCase()
  const raw = line.slice(end + 1)
  const isQuoted = parameters.get('ENCODING')?.[0]?.toUpperCase() === 'QUOTED-PRINTABLE'
  return { name, parameters, value: isQuoted ? fromQuotedPrintable(raw, parameters.get('CHARSET')?.[0] ?? 'utf-8') : raw }
}

function endOfHead(line: string): number {
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted
    else if (line[at] === ':' && !isQuoted) return at
  }
  return -1
}

function splitOutside(text: string, mark: string): string[] {
  const pieces = ['']
  let isQuoted = false
  for (const letter of text) {
    if (letter === '"') isQuoted = !isQuoted
    if (letter === mark && !isQuoted) pieces.push('')
    else pieces[pieces.length - 1] += letter
  }
  return pieces
}

function fromQuotedPrintable(text: string, charset: string): string {
  const written = new TextEncoder().encode(text)
  const raw = new Uint8Array(written.length)
  let length = 0
  for (let at = 0; at < written.length; at++) {
    const code = written[at] === 0x3d ? Number.parseInt(String.fromCharCode(written[at + 1] ?? 0, written[at + 2] ?? 0), 16) : Number.NaN
    raw[length++] = Number.isNaN(code) ? written[at]! : code
    if (!Number.isNaN(code)) at += 2
  }
  return textOf(raw.subarray(0, length), charset)
}

function textOf(raw: Uint8Array, charset: string): string {
  for (const name of [charset, 'utf-8'])
    try {
      return new TextDecoder(name as 'utf-8', { fatal: true }).decode(raw)
    } catch {
      // An unknown charset, or not this one: the next is tried.
    }
  return new TextDecoder('windows-1252').decode(raw)
}

/** RFC 6350 §3.4; 2.1 escapes the semicolon alone. */
const plain = (value: string, is21: boolean): string =>
  (is21 ? value.replace(/\\([;\\,])/g, '$1') : value.replace(/\\([nN,;:\\])/g, (_, letter: string) => (/n/i.test(letter) ? '\n' : letter)))
    .replaceAll('\r\n', '\n')
    .trim()

function parts(value: string, is21: boolean): string[] {
  const pieces: string[] = []
  let piece = ''
  for (let at = 0; at < value.length; at++) {
    if (value[at] === ';') {
      pieces.push(piece)
      piece = ''
    } else piece += value[at] === '\\' ? value.slice(at, ++at + 1) : value[at]
  }
  return [...pieces, piece].map((one) => plain(one, is21))
}

function withoutExtension(phone: string): string {
  const at = phone.search(/;ext=/i)
  return at < 0 ? phone : phone.slice(0, at)
}

/** Post office box, extension, street, town, region, code, country. */
function addressOf(value: string, is21: boolean): string {
  const [box = '', more = '', street = '', town = '', region = '', code = '', country = ''] = parts(value, is21)
  return [street, more, box, `${code} ${town}`.trim(), region, country].filter(Boolean).join('\n')
}

const typesOf = ({ parameters }: Property): string[] => (parameters.get('TYPE') ?? []).map((type) => type.toLowerCase())

function byPreference(properties: readonly Property[], type = ''): Property[] {
  const rank = (one: Property): number => {
    const pref = Number(one.parameters.get('PREF')?.[0] ?? (typesOf(one).includes('pref') ? 1 : 101))
    return (type && typesOf(one).includes(type) ? 0 : 1_000) + (Number.isFinite(pref) ? pref : 101)
  }
  const ranks = new Map(properties.map((one) => [one, rank(one)]))
  return properties.filter(({ value }) => value.trim()).toSorted((a, b) => ranks.get(a)! - ranks.get(b)!)
}
