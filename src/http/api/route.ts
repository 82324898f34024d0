import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import type { Scope } from '../../integration/scopes.ts'
import type { Ctx, Env } from '../env.ts'
import { onceByKey, readable, scoped } from './door.ts'
import { type Fault, InvalidRequest, pointerTo } from './problem.ts'

export { createRoute, z }

const REASON = /^[a-z-]+\.[a-z-]+$/

interface Issue {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
  readonly errors?: readonly (readonly Issue[])[]
}

/** Each unknown field by itself; of a choice between shapes the one that came closest. */
function faultsOf(issues: readonly Issue[], target: string, below: readonly PropertyKey[] = []): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const path = [...below, ...issue.path]
    const where = (at: readonly PropertyKey[]): Pick<Fault, 'pointer' | 'parameter'> =>
      target === 'json' || target === 'form' ? { pointer: pointerTo(at) } : { parameter: at.join('.') }
    if (issue.code === 'unrecognized_keys')
      return (issue.keys ?? []).map((key) => ({
        ...where([...path, key]),
        code: 'request.unknown-field',
        params: { field: key.slice(0, 60) },
      }))
    const closest = issue.errors?.filter(({ length }) => length).toSorted((a, b) => a.length - b.length)[0]
    if (closest) return faultsOf(closest, target, path)
    const isOurs = REASON.test(issue.message)
    return [{ ...where(path), code: isOurs ? issue.message : 'request.wrong-value', params: isOurs ? {} : { what: issue.message } }]
  })
}

/** One file a resource; what does not fit its schema is refused with each part that does not. */
export const createApi = (): OpenAPIHono<Env> =>
  new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return
      throw new InvalidRequest(faultsOf(result.error.issues as unknown as Issue[], result.target).slice(0, 50))
    },
  })

export const Problem = z
  .object({
    type: z.string().openapi({ description: 'Where the code is explained.', example: '/api/codes#envelope.not-a-draft' }),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'A stable name, for programs.', example: 'envelope.not-a-draft' }),
    detail: z.string().openapi({ description: 'A sentence for people, in the language of Accept-Language (en, fr).' }),
    requestId: z.string().optional(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().openapi({ description: 'Which part of the body (RFC 6901).', example: '#/recipients/0/email' }),
          parameter: z.string().optional().openapi({ description: 'Which parameter or header.' }),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .openapi('Problem', { description: 'RFC 9457' })

const ABOUT = {
  400: 'The request could not be read.',
  401: 'There is no token, or it is not valid.',
  403: 'The token lacks the scope, or its owner the right.',
  404: 'There is nothing that the token’s owner may see.',
  409: 'It is not in a state in which this can be done; or the Idempotency-Key is in use.',
  410: 'It is gone.',
  412: 'It was changed since the ETag in If-Match.',
  413: 'Larger than is taken.',
  415: 'A type of body that is not read here.',
  422: 'Something in the request does not fit; `errors` says where.',
  429: 'More requests than the token has; see Retry-After.',
  500: 'An accident on our side; the requestId is in the server’s log.',
  503: 'Not just now; see Retry-After.',
} as const
type Refused = keyof typeof ABOUT

/** Every address may answer these beside what is named. */
const ALWAYS = [401, 403, 422, 429, 500, 503] as const

export function refusals<const S extends readonly Refused[]>(...statuses: S) {
  const all = [...new Set([...ALWAYS, ...statuses])].toSorted((a, b) => a - b)
  return Object.fromEntries(
    all.map((status) => [status, { description: ABOUT[status], content: { 'application/problem+json': { schema: Problem } } }]),
  ) as unknown as Record<S[number] | (typeof ALWAYS)[number], { description: string }>
}

export const answer = <Schema extends z.ZodType>(schema: Schema, description: string, headers?: z.ZodObject) => ({
  description,
  content: { 'application/json': { schema } },
  ...(headers ? { headers } : {}),
})
export const noContent = (description: string) => ({ description })
export const file = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: z.string().openapi({ type: 'string', format: 'binary' }) } },
})
export const body = <Schema extends z.ZodType>(schema: Schema, description?: string) => ({
  required: true as const,
  content: { 'application/json': { schema } },
  ...(description ? { description } : {}),
})

const KeyHeader = z.object({
  'idempotency-key': z.string().optional().openapi({
    description: 'The same key with the same request gives the first answer again, for a day.',
    example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  }),
})
const MatchHeader = z.object({
  'if-match': z.string().optional().openapi({
    description: 'The ETag that was read: refused with 412 where it has changed since.',
  }),
})

interface Guard {
  /** The row of the table of rights without which nothing is asked of it at all. */
  readonly may?: MiddlewareHandler<Env>
  /** What was cut off may be carried out again: it is done once, whoever asks. */
  readonly isRepeatable?: boolean
}

const guard = (scope: Scope | null, { may }: Guard, ...then: MiddlewareHandler<Env>[]) => ({
  security: [{ token: scope ? [scope] : [] }],
  middleware: [scoped(scope), ...(may ? [may] : []), ...then],
})

/** What a route that reads has in common with the others: the token's scope, then its owner's right. */
export const reads = (scope: Scope | null, may: Guard = {}) => guard(scope, may)
/** What posts, once by its Idempotency-Key. */
export const posts = (scope: Scope | null, may: Guard = {}) => guard(scope, may, readable, onceByKey(may.isRepeatable ?? false))
export const changes = (scope: Scope | null, may: Guard = {}) => guard(scope, may, readable)
export const keyed = { headers: KeyHeader }
export const matched = { headers: MatchHeader }

/** What was read as JSON where a form may come too; of a form it is empty. */
export const jsonOf = <Schema extends z.ZodType>(c: Ctx, _schema: Schema): z.output<Schema> =>
  (c.req as unknown as { valid(target: 'json'): z.output<Schema> }).valid('json')
