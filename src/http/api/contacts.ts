import { addContact, changeContact, type Contact, detailsOf, findContact, type KeptDetails, removeContact } from '../../contact/contacts.ts'
import { listContacts } from '../../contact/directory.ts'
import { addsContacts, readsContacts, requireUser, userAct } from '../access.ts'
import { etagOf, isKnown, refuseChanged } from './etag.ts'
import { answer, body, changes, createApi, createRoute, keyed, matched, noContent, posts, reads, refusals, z } from './route.ts'
import {
  cursorOf,
  drawnText,
  email,
  id,
  language,
  longText,
  page,
  Paging,
  pathId,
  phone,
  plainly,
  readCursor,
  text,
  told,
} from './shapes.ts'

const tags = ['Contacts']
const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])
const ShownContact = z
  .object({
    id: id('con'),
    firstName: z.string(),
    lastName: z.string(),
    email: orNull(z.string()),
    phone: orNull(z.string()),
    company: z.string(),
    jobTitle: z.string(),
    language: orNull(language),
    companyDetails: z.string(),
    comment: z.string(),
    isPublic: z.boolean().openapi({ description: 'Available to everyone in the house.' }),
    createdAt: told,
    updatedAt: told,
  })
  .openapi('Contact')
const fields = {
  firstName: drawnText(80),
  email: orNull(email),
  phone: orNull(phone),
  company: drawnText(160),
  jobTitle: drawnText(120),
  language: orNull(language),
  companyDetails: longText(1_000),
  comment: longText(1_000),
  isPublic: z.boolean(),
}
const ChangedContact = z
  .strictObject({ ...fields, lastName: drawnText(80) })
  .partial()
  .openapi('ChangedContact')
const NewContact = z
  .strictObject(fields)
  .partial()
  .extend({ lastName: drawnText(80) })
  .openapi('NewContact', {
    example: { firstName: 'Marie', lastName: 'Dupont', email: 'marie.dupont@client.example', company: 'Maison Dupont', language: 'fr' },
  })
const ContactId = z.object({ id: pathId('id', 'con') })

const shown = (contact: Contact): z.output<typeof ShownContact> => ({
  id: contact.id,
  ...detailsOf(contact),
  isPublic: contact.isPublic === 1,
  createdAt: contact.createdAt,
  updatedAt: contact.updatedAt,
})

const given = (
  { phone: number, isPublic, ...changed }: z.output<typeof ChangedContact>,
  before: Omit<KeptDetails, 'isPublic'>,
): KeptDetails => ({
  ...before,
  ...(plainly(changed) as Partial<KeptDetails>),
  ...(number === undefined ? {} : { phone: number && number.replaceAll(' ', '') }),
  ...(isPublic === undefined ? {} : { isPublic }),
})
const NOBODY = {
  firstName: '',
  lastName: '',
  email: null,
  phone: null,
  company: '',
  jobTitle: '',
  language: null,
  comment: '',
  companyDetails: '',
}

export const apiContacts = createApi()
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/contacts',
      operationId: 'listContacts',
      tags,
      summary: 'List contacts',
      description: 'By name.',
      ...reads('contacts:read', { may: readsContacts }),
      request: {
        query: Paging.extend({
          search: text(200)
            .optional()
            .openapi({
              param: { name: 'search', in: 'query' },
              type: 'string',
              description: 'Words of a name, a company, an address, a number.',
            }),
          company: text(160)
            .optional()
            .openapi({ param: { name: 'company', in: 'query' }, type: 'string' }),
        }),
      },
      responses: { 200: answer(page(ShownContact).openapi('ContactPage'), 'A page of contacts.'), ...refusals() },
    }),
    async (c) => {
      const { cursor, limit, search = '', company = '' } = c.req.valid('query')
      const after = String(readCursor(cursor, 'string')?.[0] ?? '')
      const { contacts, next } = await listContacts(c.var.house.db, requireUser(c), { search, company, sort: 'name', after }, limit)
      return c.json({ items: contacts.map(shown), next: cursorOf(next === null ? null : [next]) }, 200)
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/contacts',
      operationId: 'addContact',
      tags,
      summary: 'Add a contact',
      ...posts('contacts:write', { may: addsContacts }),
      request: { ...keyed, body: body(NewContact) },
      responses: { 201: answer(ShownContact, 'The contact.'), ...refusals(409, 413, 415) },
    }),
    async (c) => {
      const contact = shown(await addContact(c.var.house.db, userAct(c), given(c.req.valid('json'), NOBODY)))
      return c.json(contact, 201, { Location: `/api/v1/contacts/${contact.id}`, ETag: etagOf(contact) })
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/contacts/{id}',
      operationId: 'getContact',
      tags,
      summary: 'Read a contact',
      ...reads('contacts:read'),
      request: { params: ContactId },
      responses: { 200: answer(ShownContact, 'The contact.'), 304: noContent('As it was with that ETag.'), ...refusals(404) },
    }),
    async (c) => {
      const contact = shown(await findContact(c.var.house.db, requireUser(c), c.req.valid('param').id))
      const etag = etagOf(contact)
      if (isKnown(c, etag)) return c.body(null, 304, { ETag: etag })
      return c.json(contact, 200, { ETag: etag })
    },
  )
  .openapi(
    createRoute({
      method: 'patch',
      path: '/api/v1/contacts/{id}',
      operationId: 'changeContact',
      tags,
      summary: 'Change a contact',
      description: 'Only what is named changes.',
      ...changes('contacts:write'),
      request: { ...matched, params: ContactId, body: body(ChangedContact) },
      responses: { 200: answer(ShownContact, 'As it is now.'), ...refusals(404, 412, 413, 415) },
    }),
    async (c) => {
      const { db } = c.var.house
      const [user, { id }] = [requireUser(c), c.req.valid('param')]
      const before = await findContact(db, user, id)
      refuseChanged(c, shown(before))
      await changeContact(
        db,
        userAct(c),
        user,
        id,
        given(c.req.valid('json'), detailsOf(before)),
        c.req.header('if-match') ? before.updatedAt : undefined,
      )
      const contact = shown(await findContact(db, user, id))
      return c.json(contact, 200, { ETag: etagOf(contact) })
    },
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/contacts/{id}',
      operationId: 'removeContact',
      tags,
      summary: 'Remove a contact',
      ...changes('contacts:write'),
      request: { params: ContactId },
      responses: { 204: noContent('It is removed.'), ...refusals(404) },
    }),
    async (c) => {
      await removeContact(c.var.house.db, userAct(c), requireUser(c), c.req.valid('param').id)
      return c.body(null, 204)
    },
  )
