import { afterAll, beforeAll, expect, test } from 'bun:test'
import Ajv2020 from 'ajv/dist/2020'
import { createApp } from '../../../src/http/env.ts'
import { mountRoutes } from '../../../src/http/routes.ts'
import { SCOPES, type Scope } from '../../../src/integration/scopes.ts'
import { type ApiClient, openApi } from '../../support/api.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'

let house: TestHouse
let api: ApiClient

beforeAll(async () => {
  house = await openTestHouse()
  api = await openApi(house)
})
afterAll(() => house[Symbol.asyncDispose]())

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
interface Described {
  operationId: string
  summary?: string
  tags?: string[]
  description?: string
  security?: { token: string[] }[]
  responses: Record<string, { description?: string }>
}
const operations = (): { name: string; method: string; path: string; told: Described }[] =>
  Object.entries(api.document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) =>
      item[method] ? [{ name: `${method.toUpperCase()} ${path}`, method, path, told: item[method] as unknown as Described }] : [],
    ),
  )

test('what is described can be asked, and what can be asked is described', () => {
  const app = createApp()
  mountRoutes(app)
  const routes = new Set(
    app.routes.flatMap(({ method, path }) =>
      method !== 'ALL' && path.startsWith('/api/v1/') ? [`${method} ${path.replace(/:(\w+)/g, '{$1}')}`] : [],
    ),
  )
  expect(
    operations()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([...routes].toSorted())
})

test('everything has a name of its own, a summary, a tag, and says what it may be refused with', () => {
  const ids = operations().map(({ told }) => told.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { name, told } of operations()) {
    expect([name, Boolean(told.summary), told.tags?.length]).toEqual([name, true, 1])
    expect([name, Object.keys(told.responses)]).toEqual([name, expect.arrayContaining(['401', '403', '422', '429', '500', '503'])])
    expect(Object.values(told.responses).every(({ description }) => description)).toBe(true)
  }
})

test('every schema of the document is one, and every reference leads somewhere', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'api', ...api.document })
  expect(api.document.openapi).toBe('3.1.0')
  const walk = (node: unknown, pointer: string): void => {
    if (node === null || typeof node !== 'object') return
    for (const [key, inner] of Object.entries(node)) {
      if (key === 'schema') expect([pointer, ajv.validateSchema(inner as object)]).toEqual([pointer, true])
      if (key === '$ref') expect([inner, ajv.getSchema(`api${String(inner)}`) !== undefined]).toEqual([inner, true])
      walk(inner, `${pointer}/${key}`)
    }
  }
  walk(api.document, '#')
})

test('each scope opens what its operations say, and nothing else', async () => {
  const clients = new Map<string, ApiClient>()
  for (const scope of SCOPES) clients.set(scope, await openApi(house, 'ann@acme.example', [scope]))
  const found: string[] = []
  for (const { name, method, path, told } of operations().filter(({ told }) => told.operationId !== 'endToken')) {
    const needed = (told.security?.[0]?.token ?? []) as Scope[]
    for (const scope of SCOPES) {
      const isEnough = !needed.length || needed.includes(scope) || needed.some((one) => one.replace(':read', ':write') === scope)
      const address = path.replace('{seq}', '1').replace(/\{\w+\}/g, 'nothing')
      const { json, status } = await clients
        .get(scope)!
        .ask(method.toUpperCase(), address, ['post', 'put', 'patch'].includes(method) ? {} : undefined)
      if ((json?.code === 'token.scope') === isEnough) found.push(`${name} with ${scope}: ${status} ${json?.code}`)
    }
  }
  expect(found).toEqual([])
}, 60_000)

test('without a token nothing is told, at any address', async () => {
  for (const { method, path } of operations()) {
    const response = await house.server.fetch(
      new Request(`http://127.0.0.1:8080${path.replace(/\{\w+\}/g, 'nothing')}`, {
        method: method.toUpperCase(),
        headers: { host: '127.0.0.1:8080' },
      }),
      '192.0.2.7',
    )
    expect([path, response.status, ((await response.json()) as { code: string }).code]).toEqual([path, 401, 'token.needed'])
  }
})
