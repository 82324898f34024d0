import { LEVELS, ROWS, valueOf } from '../../access/permissions.ts'
import { endToken } from '../../integration/tokens.ts'
import { SCOPES } from '../../integration/scopes.ts'
import { defaultLegalEntity } from '../../setting/legal-entity.ts'
import { requireUser, userAct } from '../access.ts'
import { tokenIn } from './door.ts'
import { answer, changes, createApi, createRoute, noContent, reads, refusals, z } from './route.ts'
import { id, language, told, toldOrNull } from './shapes.ts'

const Token = z
  .object({
    id: id('tok'),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    addresses: z.array(z.string()).openapi({ description: 'Networks from which it may be used; empty: any.' }),
    createdAt: told,
    expiresAt: toldOrNull,
    secondsLeft: z.union([z.int(), z.null()]).openapi({ description: 'Null: without end.' }),
  })
  .openapi('Token')

const Me = z
  .object({
    id: id('usr'),
    isService: z.boolean().openapi({ description: 'A program’s account, without a password.' }),
    firstName: z.string(),
    lastName: z.string(),
    email: z.union([z.string(), z.null()]),
    language,
    company: z.union([z.string(), z.null()]),
    permissions: z
      .record(z.string(), z.record(z.string(), z.union([z.enum(LEVELS), z.boolean()])))
      .openapi({ description: 'What the account may do at this moment; a token never may more.' }),
  })
  .openapi('Me')

export const apiMe = createApi()
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/me',
      operationId: 'getMe',
      tags: ['Account'],
      summary: 'Who the token speaks for',
      ...reads(null),
      responses: { 200: answer(Me, 'The account of the token.'), ...refusals() },
    }),
    async (c) => {
      const user = requireUser(c)
      const permissions: Record<string, Record<string, (typeof LEVELS)[number] | boolean>> = {}
      for (const { section, row } of ROWS) (permissions[section] ??= {})[row] = valueOf(user.permissions, section, row)
      const isService = user.isService === 1
      const { firstName, lastName } = user
      const company = (await defaultLegalEntity(c.var.house.db))?.legalName ?? null
      return c.json(
        {
          id: user.id,
          isService,
          firstName,
          lastName,
          email: isService ? null : user.email,
          language: user.language,
          company,
          permissions,
        },
        200,
      )
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/token',
      operationId: 'getToken',
      tags: ['Account'],
      summary: 'The token itself: what it may and how long it lives',
      ...reads(null),
      responses: { 200: answer(Token, 'The token.'), ...refusals() },
    }),
    (c) => {
      const { id, name, scopes, addresses, createdAt, expiresAt } = tokenIn(c)
      const secondsLeft = expiresAt && Math.floor((Date.parse(expiresAt) - Date.parse(c.var.act.at)) / 1_000)
      return c.json(
        { id, name, scopes: [...scopes], addresses: [...addresses], createdAt, expiresAt, secondsLeft: secondsLeft ?? null },
        200,
      )
    },
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/token',
      operationId: 'endToken',
      tags: ['Account'],
      summary: 'End the token at once',
      description: 'For whoever finds it where it should not be.',
      ...changes(null),
      responses: { 204: noContent('It has ended.'), ...refusals() },
    }),
    async (c) => {
      await endToken(c.var.house.db, userAct(c), requireUser(c), tokenIn(c).id)
      return c.body(null, 204)
    },
  )
