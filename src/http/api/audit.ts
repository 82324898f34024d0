import { provenEntry } from '../../audit/entry.ts'
import { EVENT_TYPES, type EventType } from '../../audit/event.ts'
import { type FoundEntry, searchTrail } from '../../audit/search.ts'
import { sentence } from '../../audit/sentence.ts'
import { readsAudit } from '../access.ts'
import type { Ctx } from '../env.ts'
import { answer, createApi, createRoute, reads, refusals, z } from './route.ts'
import { cursorOf, moment, page, Paging, readCursor, readMoment, text, told } from './shapes.ts'

const tags = ['Audit']
const Entry = z
  .object({
    seq: z.int().openapi({ description: 'From 1, without gaps.' }),
    at: told,
    type: z.string().openapi({ example: 'envelope.dispatched' }),
    actor: z.object({ kind: z.string(), id: z.string().optional(), token: z.string().optional() }),
    envelopeId: z.union([z.string(), z.null()]),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    clear: z
      .record(z.string(), z.union([z.string(), z.null()]))
      .openapi({ description: 'Names, addresses, reasons; null where it was erased.' }),
    sentence: z.string().openapi({ description: 'In the language of Accept-Language.' }),
  })
  .openapi('AuditEntry')
const Proven = z
  .object({
    entry: z.string().openapi({ description: 'The very bytes that are hashed (RFC 6962: SHA-256 over 0x00 and these).' }),
    proof: z.union([
      z.object({
        checkpoint: z.string().openapi({ description: 'The signed state of the log (C2SP tlog-checkpoint).' }),
        size: z.int(),
        path: z.array(z.string()).openapi({ description: 'Hashes beside the entry on its way to the root, lowest first, base64.' }),
      }),
      z.null(),
    ]),
  })
  .openapi('ProvenEntry')

const shown = (c: Ctx, entry: FoundEntry): z.output<typeof Entry> => ({
  seq: entry.seq,
  at: entry.at,
  type: entry.type,
  actor: { ...entry.actor },
  envelopeId: entry.envelopeId,
  detail: { ...entry.detail },
  clear: { ...entry.clear },
  sentence: sentence(c.var.lang, entry),
})

export const apiAudit = createApi()
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/audit/entries',
      operationId: 'listAuditEntries',
      tags,
      summary: 'Read the audit log',
      description: 'The newest first.',
      ...reads('audit:read', { may: readsAudit }),
      request: {
        query: Paging.extend({
          type: z
            .enum(EVENT_TYPES as unknown as [EventType, ...EventType[]])
            .optional()
            .openapi({ param: { name: 'type', in: 'query' }, type: 'string' }),
          envelope: text(200)
            .optional()
            .openapi({
              param: { name: 'envelope', in: 'query' },
              type: 'string',
              description: 'Its id, a document ID, or words of the title.',
            }),
          person: text(200)
            .optional()
            .openapi({ param: { name: 'person', in: 'query' }, type: 'string' }),
          from: moment.optional().openapi({ param: { name: 'from', in: 'query' } }),
          until: moment.optional().openapi({ param: { name: 'until', in: 'query' } }),
        }),
      },
      responses: { 200: answer(page(Entry).openapi('AuditPage'), 'A page of the log.'), ...refusals() },
    }),
    async (c) => {
      const { cursor, limit, type, envelope, person, from, until } = c.req.valid('query')
      const before = readCursor(cursor, 'number')?.[0] as number | undefined
      const { entries, older } = await searchTrail(c.var.house.db, {
        type,
        envelope: envelope || undefined,
        person: person || undefined,
        from: from ? readMoment(from) : undefined,
        to: until ? readMoment(until) : undefined,
        before,
        limit,
      })
      return c.json({ items: entries.map((entry) => shown(c, entry)), next: cursorOf(older === null ? null : [older]) }, 200)
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/audit/entries/{seq}',
      operationId: 'getAuditEntry',
      tags,
      summary: 'Read an entry with its proof',
      ...reads('audit:read', { may: readsAudit }),
      request: {
        params: z.object({
          seq: z.coerce
            .number('number.invalid')
            .int('number.invalid')
            .min(1, 'number.invalid')
            .openapi({ param: { name: 'seq', in: 'path' }, type: 'integer' }),
        }),
      },
      responses: { 200: answer(Proven, 'The entry, and that it stands in the signed log.'), ...refusals(404) },
    }),
    async (c) => {
      const { entry, proof } = await provenEntry(c.var.house.db, c.req.valid('param').seq)
      return c.json({ entry, proof: proof && { ...proof, path: [...proof.path] } }, 200)
    },
  )
