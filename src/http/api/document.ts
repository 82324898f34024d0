import type { OpenAPIHono } from '@hono/zod-openapi'
import { VERSION } from '../../base/version.ts'
import type { Env } from '../env.ts'

export type Document = ReturnType<OpenAPIHono<Env>['getOpenAPI31Document']>

const ABOUT = `Everything that a person does in the pages, for programs. Ask with \`Authorization: Bearer prph_…\`; a cookie is not looked at.
Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`. Lists go on with \`cursor\`. A POST with an \`Idempotency-Key\` is done once.`

export const TAGS = [
  'Account',
  'Envelopes',
  'Documents',
  'Recipients',
  'Fields',
  'Templates',
  'Contacts',
  'Vault',
  'Verification',
  'Audit',
] as const

/** OpenAPI 3.1, made of the schemas by which requests are judged. */
export const documentOf = (app: OpenAPIHono<Env>, server: string): Document =>
  app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Paraphe', version: VERSION, description: ABOUT },
    servers: [{ url: server }],
    tags: TAGS.map((name) => ({ name })),
  })
