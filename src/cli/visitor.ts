/** An answer of the server, as somebody without a browser reads it. */
export interface Page {
  readonly status: number
  readonly path: string
  readonly text: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

type Fields = Readonly<Record<string, string | File>>

/** A person at the real routes: own cookies, forms with the token of the page last seen, redirects followed. */
export class Visitor {
  readonly #origin: string
  readonly #language: string
  readonly #cookies = new Map<string, string>()
  #csrf = ''

  constructor(origin: string, language: string) {
    this.#origin = origin
    this.#language = language
  }

  /** What lets whoever holds it act as this visitor. */
  secrets(): string[] {
    return [...this.#cookies]
      .filter(([name]) => name !== 'lang')
      .map(([, value]) => value)
      .concat(this.#csrf)
  }

  get(path: string): Promise<Page> {
    return this.#send(path, { method: 'GET' })
  }

  post(path: string, fields: Fields = {}): Promise<Page> {
    const hasFile = Object.values(fields).some((value) => typeof value !== 'string')
    const body = hasFile ? new FormData() : new URLSearchParams()
    for (const [name, value] of Object.entries({ csrf: this.#csrf, ...fields })) (body as FormData).append(name, value)
    return this.#send(path, { method: 'POST', body })
  }

  json(path: string, body: unknown, method = 'POST'): Promise<Page> {
    return this.#send(path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    })
  }

  async #send(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Page> {
    let next = { path, init }
    for (let hop = 0; hop < 10; hop++) {
      const url = new URL(next.path, this.#origin)
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(url, {
        ...next.init,
        redirect: 'manual',
        headers: { origin: this.#origin, cookie, 'accept-language': this.#language, 'x-csrf': this.#csrf, ...next.init.headers },
      })
      this.#keep(response.headers.getSetCookie())
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && location) {
        await response.body?.cancel()
        next = { path: new URL(location, url).href, init: { method: 'GET' } }
        continue
      }
      const bytes = new Uint8Array(await response.arrayBuffer())
      const text = /text|json|html/.test(response.headers.get('content-type') ?? '') ? new TextDecoder().decode(bytes) : ''
      this.#csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? /name="csrf" content="([^"]+)"/.exec(text)?.[1] ?? this.#csrf
      return { status: response.status, path: url.pathname, text, bytes }
    }
    throw new Error(`${path} leads in a circle`)
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/;\s*max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }
}

/** The sentences that stand for somebody on the page as refused, for the message of a step that did not go through. */
export const told = (page: Page): string =>
  [...page.text.matchAll(/<[^>]*(?:role="alert"|field__error)[^>]*>([\s\S]*?)<\//g)]
    .map(([, text = '']) => text.replaceAll(/<[^>]+>/g, '').trim())
    .filter(Boolean)
    .join(' ') || `status ${page.status}`
