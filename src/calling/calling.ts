import { createHmac } from 'node:crypto'
import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { type Instant, SECOND } from '../base/instant.ts'
import { noteOutbound, placeOf } from '../base/outbound.ts'
import { VERSION } from '../base/version.ts'
import { isAllowed, isOpenAddress, targetUrl } from './address.ts'

const TIME = 10 * SECOND
const MOST_ANSWER = 65_536

export type Outcome =
  | { readonly kind: 'taken'; readonly detail: string }
  /** It may take it another time. */
  | { readonly kind: 'silent'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }

export interface Call {
  readonly url: string
  /** Stays the same when it is sent again, so that the target knows it. */
  readonly id: string
  readonly body: string
  /** The key of the signature; while it is being exchanged, the one before it too. */
  readonly secrets: readonly string[]
  readonly at: Instant
  /** Hosts that may be called although they are private or answer without encryption. */
  readonly allowed: readonly string[]
}

/**
 * One POST of JSON to an address that an administrator declared. `Paraphe-Signature: t=…,v1=…` is HMAC-SHA-256 over `t.body`, t in seconds,
 * one `v1` a key; `Paraphe-Delivery` is the id. The address is judged again at each call, and again when its name is looked up.
 */
export async function call({ url: text, id, body, secrets, at, allowed }: Call): Promise<Outcome> {
  let url: URL
  try {
    url = targetUrl(text, allowed)
  } catch {
    return { kind: 'refused', detail: 'the address is not allowed' }
  }
  const time = Math.floor(Date.parse(at) / SECOND)
  const signatures = secrets.map((secret) => `v1=${signatureOf(secret, time, body)}`)
  const headers = { 'Paraphe-Delivery': id, 'Paraphe-Signature': [`t=${time}`, ...signatures].join(',') }
  return post(url, body, headers, isAllowed(url, allowed))
}

/** `time` in seconds since 1970; hexadecimal. */
export const signatureOf = (secret: string, time: number, body: string): string =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')

/** Every address that the name has must be open, and one of those looked at is the one that is connected to. */
export const openLookup: LookupFunction = (host, options, answer) =>
  lookup(host, { ...options, all: true }, (error, found) => {
    const addresses = Array.isArray(found) ? found : []
    if (error) return answer(error, [])
    const closed = addresses.find(({ address }) => !isOpenAddress(address))
    if (closed || !addresses.length) return answer(Object.assign(new Error('a private address'), { code: 'EPRIVATE' }), [])
    const [first] = addresses
    if (options.all) answer(null, addresses)
    else answer(null, first!.address, first!.family)
  })

/** One request, ten seconds in all, no redirect. Nothing of the answer but its status is kept. */
function post(url: URL, body: string, headers: Readonly<Record<string, string>>, isPrivateAllowed: boolean): Promise<Outcome> {
  noteOutbound('webhook', placeOf(url.href))
  return new Promise((resolve) => {
    const end = (outcome: Outcome): void => {
      clearTimeout(timer)
      resolve(outcome)
      request.destroy()
    }
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'User-Agent': `Paraphe/${VERSION}`,
        ...headers,
      },
      agent: false,
      ...(isPrivateAllowed ? {} : { lookup: openLookup }),
    })
    const timer = setTimeout(() => end({ kind: 'silent', detail: 'no answer in 10 s' }), TIME)
    request.on('error', (error: NodeJS.ErrnoException) =>
      end(
        error.code === 'EPRIVATE'
          ? { kind: 'refused', detail: 'a private address' }
          : { kind: 'silent', detail: error.code ?? error.message },
      ),
    )
    request.on('response', (response) => {
      let length = 0
      response.on('data', (piece: Buffer) => {
        length += piece.length
        if (length > MOST_ANSWER) end(judge(response.statusCode ?? 0))
      })
      response.on('end', () => end(judge(response.statusCode ?? 0)))
      response.on('error', () => end(judge(response.statusCode ?? 0)))
    })
    request.end(body)
  })
}

function judge(status: number): Outcome {
  const detail = String(status)
  if (status >= 200 && status < 300) return { kind: 'taken', detail }
  // A redirect is not followed: it would lead where nobody declared.
  if ((status >= 300 && status < 400) || status === 410) return { kind: 'refused', detail }
  return { kind: 'silent', detail }
}
