import { utf8 } from '../../base/bytes.ts'
import { listRecipients } from '../../envelope/envelope.ts'
import { isOpenRole } from '../../envelope/telling.ts'
import { type Ask, asksOf, headingOf } from '../../template/bulk/asking.ts'
import { beginBulk, findBulk, startBulk } from '../../template/bulk/bulk.ts'
import { progressOf, reportOf } from '../../template/bulk/report.ts'
import { useTemplate } from '../../template/sending.ts'
import { listTemplates } from '../../template/templates.ts'
import { versionFor } from '../../template/versions.ts'
import { createsDocuments, requireUser, userAct, usesTemplates } from '../access.ts'
import type { Ctx } from '../env.ts'
import { refusalSentence } from '../errors.ts'
import { keyIn } from './door.ts'
import { ShownEnvelope } from './envelope-shapes.ts'
import { shownEnvelope } from './envelope-shown.ts'
import { answer, body, createApi, createRoute, keyed, posts, reads, refusals, z } from './route.ts'
import { drawnText, email, id, language, longText, moment, pathId, phone, readMoment, text, told } from './shapes.ts'

const tags = ['Templates']
const TemplateId = z.object({ id: pathId('id', 'tpl') })
const Listed = z
  .object({ id: id('tpl'), name: z.string(), description: z.string(), owner: z.string(), version: z.int(), updatedAt: told })
  .openapi('ListedTemplate')
const Whole = z
  .object({
    id: id('tpl'),
    name: z.string(),
    version: z.int(),
    roles: z.array(z.object({ role: z.string(), does: z.string(), side: z.string(), channel: z.string(), routingOrder: z.int() })),
    values: z.array(z.object({ label: z.string(), kind: z.string() })).openapi({ description: 'Fields that may be written beforehand.' }),
  })
  .openapi('Template')
const person = {
  firstName: drawnText(80).default(''),
  lastName: drawnText(80),
  email: z.union([email, z.null()]).optional(),
  phone: z.union([phone, z.null()]).optional(),
  language: language.optional(),
  company: drawnText(160).default(''),
}
const Filled = z.strictObject({ role: text(80).openapi({ example: 'Client' }), ...person })
const values = z
  .record(z.string().max(200), longText(2_000))
  .default({})
  .openapi({ description: 'By the label of the field.', example: { Rent: '1200' } })
const Use = z
  .strictObject({
    title: drawnText(200).optional(),
    subject: text(200).optional(),
    message: longText(4_000).optional(),
    deadline: moment.optional(),
    roles: z.array(Filled).max(60, 'recipient.too-many').default([]),
    values,
    send: z.boolean().default(false),
  })
  .openapi('TemplateUse', {
    example: {
      roles: [{ role: 'Client', firstName: 'Marie', lastName: 'Dupont', email: 'marie.dupont@client.example' }],
      values: { Rent: '1200' },
      send: true,
    },
  })
const Rows = z
  .strictObject({
    name: text(200).default('API'),
    rows: z
      .array(z.strictObject({ roles: z.array(Filled).min(1).max(60), values }))
      .min(1, 'bulk.empty')
      .max(1_000, 'bulk.empty'),
    onlyGood: z.boolean().default(false).openapi({ description: 'What is not in order is left out, and the rest sent.' }),
  })
  .openapi('BulkRows')
const Bulk = z
  .object({
    id: id('blk'),
    templateId: id('tpl'),
    status: z.string(),
    all: z.int(),
    sent: z.int(),
    refused: z.int(),
    rows: z.array(
      z.object({
        number: z.int(),
        state: z.string(),
        envelopeId: z.union([z.string(), z.null()]),
        detail: z.union([z.string(), z.null()]),
      }),
    ),
  })
  .openapi('Bulk')

type GivenPerson = z.output<typeof Filled>
const filler = (
  { firstName, lastName, email = null, phone: number = null, language = 'en', company }: GivenPerson,
  otherwise: 'en' | 'fr',
) => ({
  firstName,
  lastName,
  email,
  phone: number && number.replaceAll(' ', ''),
  language: language ?? otherwise,
  company,
})

async function shownBulk(c: Ctx, bulkId: string): Promise<z.output<typeof Bulk>> {
  const { db } = c.var.house
  const bulk = await findBulk(db, requireUser(c), bulkId)
  const rows = await reportOf(db, bulk)
  return {
    id: bulk.id,
    templateId: bulk.templateId,
    status: bulk.status,
    ...progressOf(rows),
    rows: rows.map(({ state, envelopeId, problem }, at) => ({
      number: at + 1,
      state,
      envelopeId,
      detail: problem ? refusalSentence(c.var.lang, problem) : null,
    })),
  }
}

/** RFC 4180 §2, for our own reader: nothing in it is changed. */
const lineOf = (cells: readonly string[]): string => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`

/** A cell answers one question of the template. */
function cellOf(ask: Ask, row: z.output<typeof Rows>['rows'][number]): string {
  if (ask.kind === 'value') return Object.entries(row.values).find(([label]) => label.trim() === ask.label)?.[1] ?? ''
  const filled = row.roles.find(({ role }) => role.toLowerCase() === ask.role.roleName?.toLowerCase())
  const part = filled?.[ask.part]
  return typeof part === 'string' ? part : ''
}

export const apiTemplates = createApi()
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/templates',
      operationId: 'listTemplates',
      tags,
      summary: 'List templates',
      description: 'Published ones that may be used, by name; at most 200.',
      ...reads('templates:read', { may: usesTemplates }),
      request: {
        query: z.object({
          search: text(200)
            .optional()
            .openapi({ param: { name: 'search', in: 'query' }, type: 'string' }),
        }),
      },
      responses: { 200: answer(z.object({ items: z.array(Listed) }).openapi('TemplateList'), 'The templates.'), ...refusals() },
    }),
    async (c) => {
      const templates = await listTemplates(c.var.house.db, requireUser(c), { search: c.req.valid('query').search ?? '', published: true })
      const items = templates.map(({ id, name, description, owner, latest, updatedAt }) => ({
        id,
        name,
        description,
        owner,
        version: latest,
        updatedAt,
      }))
      return c.json({ items }, 200)
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/templates/{id}',
      operationId: 'getTemplate',
      tags,
      summary: 'Read what a template asks for',
      ...reads('templates:read'),
      request: { params: TemplateId },
      responses: { 200: answer(Whole, 'Its roles, and the fields that may be written beforehand.'), ...refusals(404, 409) },
    }),
    async (c) => {
      const { db } = c.var.house
      const { template, version } = await versionFor(db, requireUser(c), c.req.valid('param').id)
      const roles = (await listRecipients(db, version.envelopeId)).filter(isOpenRole)
      const asked = (await asksOf(db, version.envelopeId)).flatMap((ask) =>
        ask.kind === 'value' ? [{ label: ask.label, kind: ask.fields[0]?.kind ?? 'text' }] : [],
      )
      return c.json(
        {
          id: template.id,
          name: template.name,
          version: version.number,
          roles: roles.map(({ roleName, role, side, channel, routingOrder }) => ({
            role: roleName ?? '',
            does: role,
            side,
            channel,
            routingOrder,
          })),
          values: asked,
        },
        200,
      )
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/templates/{id}/uses',
      operationId: 'useTemplate',
      tags,
      summary: 'Make an envelope from a template, and send it',
      ...posts('templates:write', { may: createsDocuments, isRepeatable: true }),
      request: { ...keyed, params: TemplateId, body: body(Use) },
      responses: { 201: answer(ShownEnvelope, 'The envelope.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const user = requireUser(c)
      const { roles, values, send, deadline, title, subject, message } = c.req.valid('json')
      const use = {
        details: {
          ...(title === undefined ? {} : { title }),
          ...(subject === undefined ? {} : { subject }),
          ...(message === undefined ? {} : { message }),
          ...(deadline === undefined ? {} : { deadline: readMoment(deadline) }),
        },
        roles: roles.map((one) => ({ role: one.role, person: filler(one, user.language) })),
        values,
        sends: send,
      }
      const made = await useTemplate(c.var.house, userAct(c), user, c.req.valid('param').id, use, keyIn(c))
      return c.json(await shownEnvelope(c.var.house.db, user, made, c.var.lang), 201, { Location: `/api/v1/envelopes/${made}` })
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/templates/{id}/bulk',
      operationId: 'startBulk',
      tags,
      summary: 'Send one envelope a row',
      description: 'At most 1,000 rows. Where one is not in order nothing leaves, unless `onlyGood` is said.',
      ...posts('templates:write', { may: createsDocuments }),
      request: { ...keyed, params: TemplateId, body: body(Rows) },
      responses: { 202: answer(Bulk, 'It is on its way.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const { house } = c.var
      const [user, template, { name, rows, onlyGood }] = [requireUser(c), c.req.valid('param').id, c.req.valid('json')]
      const { version } = await versionFor(house.db, user, template)
      const asks = await asksOf(house.db, version.envelopeId)
      // The same table as a person uploads: one way to read it, one way to refuse it.
      const table = [asks.map((ask) => headingOf(ask, 'en')), ...rows.map((row) => asks.map((ask) => cellOf(ask, row)))]
        .map(lineOf)
        .join('')
      const bulk = await startBulk(house.db, userAct(c), user, template, { name, bytes: utf8(table) })
      await beginBulk(house, userAct(c), user, bulk.id, onlyGood)
      return c.json(await shownBulk(c, bulk.id), 202, { Location: `/api/v1/bulk/${bulk.id}` })
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/bulk/{id}',
      operationId: 'getBulk',
      tags,
      summary: 'Read how far a bulk send is',
      ...reads('templates:read'),
      request: { params: z.object({ id: pathId('id', 'blk') }) },
      responses: { 200: answer(Bulk, 'Row by row.'), ...refusals(404) },
    }),
    async (c) => c.json(await shownBulk(c, c.req.valid('param').id), 200),
  )
