import { SECOND } from '../base/instant.ts'
import { noteOutbound, placeOf } from '../base/outbound.ts'
import type { Outcome } from './outcome.ts'
import { scrubbed, waysIn } from './scrubbed.ts'

/** A gateway that takes an SMS by HTTP. Placeholders {to} {text} {from} in address, headers and body. */
export interface SmsGateway {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly from: string
  /** `Name: value`, one a line. */
  readonly headers: string
  readonly body: string
  /** Where given, a good answer holds this text. */
  readonly successContains: string
}

const TIME = 10 * SECOND
const MOST_ANSWER = 1_000_000

/** One request to the gateway's own address: no redirect is followed, ten seconds, a megabyte. */
export async function sendSms(gateway: SmsGateway, to: string, text: string, say: (line: string) => void = () => {}): Promise<Outcome> {
  const headers = headersOf(gateway.headers)
  const type =
    headers.get('content-type') ?? (gateway.body.trim().startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded')
  if (gateway.method === 'POST') headers.set('content-type', type)
  const values = { to, text, from: gateway.from }
  const url = gateway.url.replace(PLACEHOLDER, (_, name: keyof typeof values) => encodeURIComponent(values[name]))
  const body =
    gateway.method === 'POST' ? gateway.body.replace(PLACEHOLDER, (_, name: keyof typeof values) => encoderOf(type)(values[name])) : null
  if (!URL.parse(url) || !/^https?:/.test(url)) return { outcome: 'deferred', detail: 'the address of the gateway is no web address' }
  const secrets = [...secretsOf(gateway), ...waysIn(text)]
  say(`> ${gateway.method} ${URL.parse(url)!.host}`)
  try {
    noteOutbound('sms', placeOf(url))
    const answer = await fetch(url, { method: gateway.method, headers, body, redirect: 'manual', signal: AbortSignal.timeout(TIME) })
    const told = await readAtMost(answer, MOST_ANSWER)
    const shown = scrubbed(told, secrets)
    say(`< ${answer.status} ${shown.slice(0, 300)}`)
    return judge(answer.status, told.includes(gateway.successContains), shown)
  } catch (error) {
    const detail = scrubbed(error instanceof Error ? error.message : String(error), secrets)
    say(`! ${detail}`)
    return { outcome: 'deferred', detail: detail.slice(0, 300) }
  }
}

const PLACEHOLDER = /\{(to|text|from)\}/g

/** What in a gateway's settings may be a key: the values of its headers, and in address and body whatever bears such a name. */
function secretsOf({ headers, url, body }: SmsGateway): string[] {
  const values = [...headersOf(headers)]
    .filter(([name]) => !/^(content-type|accept)$/.test(name))
    .flatMap(([, value]) => value.split(/\s+/))
  const named = [
    ...`${url}\n${body}`.matchAll(
      /[\w-]*(?:key|secret|pass|pwd|token|auth|user|login|account)[\w-]*["']?\s*[=:/]\s*["']?([^"'&\s,}{/]+)/gi,
    ),
  ]
  return [...values, ...named.map(([, value = '']) => value)].filter((value) => value.length >= 4 && !/^(Basic|Bearer)$/i.test(value))
}

function judge(status: number, isGood: boolean, shown: string): Outcome {
  const detail = `${status} ${shown.replace(/\s+/g, ' ').slice(0, 200)}`.trim()
  if (status >= 200 && status < 300) return isGood ? { outcome: 'sent', detail: `${status}` } : { outcome: 'failed', detail }
  // What the number or the text is refused for stays so; a login, a limit or a fault of the gateway does not.
  const forGood = status >= 400 && status < 500 && ![401, 402, 403, 404, 405, 408, 425, 429].includes(status)
  return { outcome: forGood ? 'failed' : 'deferred', detail }
}

function headersOf(text: string): Headers {
  const headers = new Headers()
  for (const line of text.split('\n')) {
    const [, name, value] = /^([A-Za-z0-9-]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name && !/^(host|content-length|connection|transfer-encoding)$/i.test(name)) headers.set(name, value ?? '')
  }
  return headers
}

const encoderOf = (type: string): ((text: string) => string) => {
  if (type.includes('json')) return (text) => JSON.stringify(text).slice(1, -1)
  if (type.includes('xml')) return (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  if (type.includes('x-www-form-urlencoded')) return encodeURIComponent
  return (text) => text
}

async function readAtMost(answer: Response, most: number): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true })
    if (text.length > most) throw new Error('the gateway’s answer is too long')
  }
  return text
}
