import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Refusal, RefusalAt } from '../../base/refusal.ts'
import { FieldRefusal } from '../../envelope/fields.ts'
import { type Language, preferredLanguage, words } from '../../view/words.ts'
import type { Ctx } from '../env.ts'
import { refusalSentence, STATUS } from '../errors.ts'

/** What is wrong with one part of a request: where it stands, its stable reason, and the sentence. */
export interface Fault {
  /** RFC 6901, as a fragment: `#/recipients/0/email`. */
  readonly pointer?: string
  /** Of the address or of a header. */
  readonly parameter?: string
  readonly code: string
  readonly params: Refusal['params']
}

/** A request that does not fit its schema. */
export class InvalidRequest extends Refusal {
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    super('invalid', faults[0]?.code ?? 'form.invalid', faults[0]?.params ?? {})
    this.faults = faults
  }
}

/** If-Match names another state than the one that stands. */
export class Changed extends Refusal {
  constructor() {
    super('conflict', 'request.changed')
  }
}

/** RFC 6901 §3 and §6. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  `#${path.map((part) => `/${encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export const problemAddress = (code: string): string => `/api/codes#${code}`

/** An answer as RFC 9457 has it: `code` is the house's stable reason, `detail` its sentence in the language that was asked for. */
export function problem(c: Ctx, error: Error): Response {
  const { status, code, params, faults } = told(error)
  const lang = c.var.lang ?? 'en'
  const sentence = (one: Pick<Fault, 'code' | 'params'>): string => refusalSentence(lang, { reason: one.code, params: one.params })
  const errors = faults.map(({ params, ...fault }) => ({ ...fault, detail: sentence({ code: fault.code, params }) }))
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="Paraphe"')
  if ((status === 429 || status === 503) && !c.res.headers.has('Retry-After')) c.header('Retry-After', String(params['seconds'] ?? 30))
  c.header('Content-Language', lang)
  return c.body(
    JSON.stringify({
      type: `${c.env.base}${problemAddress(code)}`,
      title: TITLES[status] ?? 'Error',
      status,
      code,
      detail: sentence({ code, params: code === 'server.accident' ? { reference: c.var.requestId } : params }),
      requestId: c.var.requestId,
      ...(errors.length ? { errors } : {}),
    }),
    status,
    { 'content-type': 'application/problem+json' },
  )
}

interface Told {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly params: Refusal['params']
  readonly faults: readonly Fault[]
}

function told(error: Error): Told {
  if (error instanceof Refusal) {
    const { reason: code, params } = error
    const status = error instanceof Changed ? 412 : STATUS[error.code]
    return { status, code, params, faults: faultsOf(error) }
  }
  if (error instanceof HTTPException) {
    const code = error.status === 413 ? 'request.too-large' : error.status === 415 ? 'request.media-type' : 'request.malformed'
    return { status: error.status as ContentfulStatusCode, code, params: {}, faults: [] }
  }
  return { status: 500, code: 'server.accident', params: {}, faults: [] }
}

function faultsOf(error: Refusal): readonly Fault[] {
  if (error instanceof InvalidRequest) return error.faults
  const { reason: code, params } = error
  if (error instanceof RefusalAt) return [{ pointer: pointerTo(error.path), code, params }]
  return error instanceof FieldRefusal && /^\d+$/.test(error.fieldId)
    ? [{ pointer: pointerTo(['fields', Number(error.fieldId)]), code, params }]
    : []
}

/** The sentences of every reason, for the page that explains the API. */
export const everyReason = (lang: Language): readonly (readonly [string, string])[] => Object.entries({ ...words(lang).refusals })

/** Before the router, where nothing is known of who asks. */
export function plainProblem(request: Request, code: string, status: number, headers: Record<string, string>): Response {
  const detail = refusalSentence(preferredLanguage(request.headers.get('accept-language')), { reason: code, params: {} })
  return new Response(JSON.stringify({ type: problemAddress(code), title: TITLES[status] ?? 'Error', status, code, detail }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers },
  })
}
