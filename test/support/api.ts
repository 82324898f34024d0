import { expect } from 'bun:test'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020'
import type { User } from '../../src/access/roles.ts'
import { findUserByAddress } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { SCOPES, type Scope } from '../../src/integration/scopes.ts'
import { makeToken, type TokenWish } from '../../src/integration/tokens.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { ORIGIN, type TestHouse } from './house.ts'
import { actOf } from './signing.ts'

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema: object }>> }>>
  readonly security?: readonly { token: readonly string[] }[]
}
export interface ApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: object
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array<ArrayBuffer>
  // Whatever the document says that it is: each test looks at what it names.
  readonly json: any
}

/** Asks as a program does, and holds every answer against the document of the API. */
export interface ApiClient {
  readonly secret: string
  readonly document: ApiDocument
  /** `METHOD /path/{name} status` of every answer that was checked. */
  readonly seen: Set<string>
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
}

/** A token of somebody of the house, with the scopes. */
export async function tokenFor(house: TestHouse, user: User, wish: Partial<TokenWish> = {}): Promise<string> {
  const { db } = house.house
  const whole: TokenWish = { userId: user.id, name: 'Test', scopes: SCOPES, days: 90, addresses: '', ...wish }
  return (await makeToken(db, actOf(house.house, user), user, whole)).secret
}

export async function openApi(
  house: TestHouse,
  as: string | User = 'ann@acme.example',
  scopes: readonly Scope[] = SCOPES,
): Promise<ApiClient> {
  const { db, clock } = house.house
  const user = typeof as === 'string' ? (await findUserByAddress(db, as))! : as
  // The clock of a test stands still, and with it the rate.
  await db.transaction().execute(async (tx) => {
    await writeSetting(tx, systemAct(clock()), 'api', { ...(await readSetting(tx, 'api')), perMinute: 60_000 })
  })
  return clientOf(house, await tokenFor(house, user, { scopes }))
}

export async function clientOf(house: TestHouse, secret: string): Promise<ApiClient> {
  const document = (await (await fetchFrom(house, '/api/openapi.json')).json()) as ApiDocument
  const judge = judgeOf(document)
  const seen = new Set<string>()
  return {
    secret,
    document,
    seen,
    async ask(method, path, body, headers = {}) {
      const isForm = body instanceof FormData
      const isText = typeof body === 'string'
      const response = await fetchFrom(house, path, {
        method,
        headers: {
          ...(secret ? { authorization: `Bearer ${secret}` } : {}),
          ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isForm || isText ? (body as string) : JSON.stringify(body) }),
      })
      const bytes = new Uint8Array(await response.arrayBuffer())
      const type = (response.headers.get('content-type') ?? '').split(';')[0]!
      const json = /[/+]json$/.test(type) ? JSON.parse(new TextDecoder().decode(bytes)) : null
      const operation = judge(method, new URL(path, ORIGIN).pathname, response.status, type, json)
      if (operation) seen.add(`${operation} ${response.status}`)
      expect(response.headers.get('x-request-id')).toMatch(/^\w{6,}$/)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      expect(response.headers.getSetCookie()).toEqual([])
      return { status: response.status, headers: response.headers, bytes, json }
    },
  }
}

async function fetchFrom(house: TestHouse, path: string, init: RequestInit = {}): Promise<Response> {
  const request = new Request(`${ORIGIN}${path}`, init)
  const headers = new Headers(init.headers)
  headers.set('host', new URL(ORIGIN).host)
  // Over a socket a body has a length.
  const body = init.body === undefined ? null : new Uint8Array(await request.clone().arrayBuffer())
  const type = request.headers.get('content-type')
  if (type) headers.set('content-type', type)
  if (body) headers.set('content-length', String(body.length))
  return house.server.fetch(new Request(`${ORIGIN}${path}`, { ...init, headers, ...(body ? { body } : {}) }), '192.0.2.7')
}

/** Answers which operation it was; fails where the document does not have it, or says another thing. */
function judgeOf(document: ApiDocument): (method: string, path: string, status: number, type: string, json: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema({ $id: 'api', ...document })
  const made = new Map<string, ValidateFunction>()
  return (method, path, status, type, json) => {
    const template = Object.keys(document.paths).find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
    const operation = template && document.paths[template]![method.toLowerCase()]
    if (!operation) {
      expect(status).toBe(404)
      return null
    }
    const name = `${method} ${template}`
    const response = operation.responses[String(status)]
    if (!response) throw new Error(`${name} answers ${status}, of which its document says nothing: ${JSON.stringify(json)}`)
    if (type) {
      const content = response.content?.[type]
      if (!content) throw new Error(`${name} ${status} answers ${type}, of which its document says nothing`)
      if (json !== null) {
        const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
        const ref = `api#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
        const validate = made.get(ref) ?? ajv.compile({ $ref: ref })
        made.set(ref, validate)
        if (!validate(json))
          throw new Error(`${name} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(json).slice(0, 600)}`)
      }
    } else if (response.content) throw new Error(`${name} ${status} answers nothing, and its document has a body`)
    return name
  }
}
