import { certificateOf, takeOut, viewInVault } from '../../vault/download.ts'
import { EVERYTHING } from '../../vault/filters.ts'
import { listFolders } from '../../vault/folders.ts'
import { packEvidence } from '../../vault/evidence/package.ts'
import { recordSearch } from '../../vault/reading.ts'
import { findVaultEntry, searchVault, type VaultEntry } from '../../vault/register.ts'
import { SORTS } from '../../vault/searching.ts'
import { opensVault, requireUser } from '../access.ts'
import { contentDisposition, storedFile, streamedFile } from '../stored-file.ts'
import { answer, createApi, createRoute, file, reads, refusals, z } from './route.ts'
import { cursorOf, digest, id, moment, page, Paging, pathId, readCursor, readMoment, text, told, toldOrNull } from './shapes.ts'

const tags = ['Vault']
const Entry = z
  .object({
    id: id('env'),
    title: z.string(),
    completedAt: told,
    sentAt: toldOrNull,
    isAnnulled: z.boolean(),
    sender: z.string(),
    parties: z.array(z.object({ name: z.string(), company: z.string(), side: z.string() })),
    documents: z.array(
      z.object({
        id: id('doc'),
        documentId: z.string(),
        title: z.string(),
        size: z.int(),
        pages: z.int(),
        certificatePages: z.int(),
        digest,
        isCertificate: z.boolean(),
      }),
    ),
  })
  .openapi('VaultEntry')
const Folder = z
  .object({ id: id('fol'), name: z.string(), parentId: z.union([z.string(), z.null()]), path: z.string(), canEdit: z.boolean() })
  .openapi('VaultFolder')
const EntryId = z.object({ id: pathId('id', 'env') })
const PartId = EntryId.extend({ document: pathId('document', 'doc') })

const shown = (entry: VaultEntry): z.output<typeof Entry> => ({
  id: entry.id,
  title: entry.title,
  completedAt: entry.completedAt,
  sentAt: entry.dispatchedAt,
  isAnnulled: entry.isAnnulled,
  sender: entry.sender,
  parties: entry.parties.map((party) => ({ ...party })),
  documents: entry.documents.map((one) => ({
    id: one.id,
    documentId: one.documentId,
    title: one.title,
    size: one.size,
    pages: one.pages,
    certificatePages: one.certificatePages,
    digest: one.digest,
    isCertificate: one.certifies !== null,
  })),
})

export const apiVault = createApi()
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/vault',
      operationId: 'searchVault',
      tags,
      summary: 'Search the vault',
      description: 'Finished documents that the token’s owner may see. A search for words is recorded.',
      ...reads('vault:read', { may: opensVault }),
      request: {
        query: Paging.extend({
          search: text(200)
            .optional()
            .openapi({
              param: { name: 'search', in: 'query' },
              type: 'string',
              description: 'Words of titles, names and the documents themselves.',
            }),
          party: text(200)
            .optional()
            .openapi({ param: { name: 'party', in: 'query' }, type: 'string' }),
          folder: z
            .string()
            .max(60)
            .optional()
            .openapi({ param: { name: 'folder', in: 'query' }, description: 'With those below it.' }),
          from: moment.optional().openapi({ param: { name: 'from', in: 'query' } }),
          until: moment.optional().openapi({ param: { name: 'until', in: 'query' } }),
          sort: z
            .enum(SORTS)
            .default('newest')
            .openapi({ param: { name: 'sort', in: 'query' } }),
        }),
      },
      responses: { 200: answer(page(Entry).openapi('VaultPage'), 'A page of the register.'), ...refusals() },
    }),
    async (c) => {
      const { house, act } = c.var
      const { cursor, limit, search = '', party = '', folder = null, from, until, sort } = c.req.valid('query')
      const place = readCursor(cursor, 'string', 'number')
      const query = {
        ...EVERYTHING,
        search,
        party,
        folder,
        sort,
        from: from ? readMoment(from) : null,
        until: until ? readMoment(until) : null,
        at: act.at,
      }
      const after = place && { value: String(place[0]), seq: Number(place[1]) }
      const { entries, next } = await searchVault(house.db, requireUser(c), query, { after, limit })
      if (!place) await recordSearch(house.db, act, query)
      return c.json({ items: entries.map(shown), next: cursorOf(next && [String(next.value), next.seq]) }, 200)
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/vault/folders',
      operationId: 'listFolders',
      tags,
      summary: 'List the folders',
      ...reads('vault:read', { may: opensVault }),
      responses: { 200: answer(z.object({ items: z.array(Folder) }).openapi('VaultFolders'), 'In the order of the tree.'), ...refusals() },
    }),
    async (c) => {
      const folders = await listFolders(c.var.house.db, requireUser(c))
      return c.json({ items: folders.map(({ id, name, parentId, path, canEdit }) => ({ id, name, parentId, path, canEdit })) }, 200)
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/vault/{id}',
      operationId: 'getVaultEntry',
      tags,
      summary: 'Read an entry of the vault',
      description: 'Looking at it is recorded.',
      ...reads('vault:read', { may: opensVault }),
      request: { params: EntryId },
      responses: { 200: answer(Entry, 'The entry.'), ...refusals(404) },
    }),
    async (c) => c.json(shown(await viewInVault(c.var.house.db, c.var.act, requireUser(c), c.req.valid('param').id)), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/vault/{id}/documents/{document}/sealed.pdf',
      operationId: 'getSealed',
      tags,
      summary: 'Take out a sealed PDF',
      description: 'Taking it out is recorded.',
      ...reads('vault:read', { may: opensVault }),
      request: { params: PartId },
      responses: { 200: file('application/pdf', 'The file, byte for byte.'), ...refusals(404, 410) },
    }),
    async (c) => {
      const { db } = c.var.house
      const { id, document } = c.req.valid('param')
      const { digest, fileName } = await takeOut(db, c.var.act, requireUser(c), id, document, 'sealed')
      return (await storedFile(db, digest, fileName, 'application/pdf')) as never
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/vault/{id}/documents/{document}/original',
      operationId: 'getOriginal',
      tags,
      summary: 'Take out the file as it was uploaded',
      ...reads('vault:read', { may: opensVault }),
      request: { params: PartId },
      responses: { 200: file('application/octet-stream', 'The file, byte for byte.'), ...refusals(404, 410) },
    }),
    async (c) => {
      const { db } = c.var.house
      const { id, document } = c.req.valid('param')
      const { digest, fileName } = await takeOut(db, c.var.act, requireUser(c), id, document, 'original')
      return (await storedFile(db, digest, fileName, 'application/octet-stream')) as never
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/vault/{id}/documents/{document}/certificate.pdf',
      operationId: 'getCertificate',
      tags,
      summary: 'Take out the certificate of completion',
      description: 'A copy to read, cut out of the sealed file.',
      ...reads('vault:read', { may: opensVault }),
      request: { params: PartId },
      responses: { 200: file('application/pdf', 'The certificate.'), ...refusals(404, 410) },
    }),
    async (c) => {
      const { id, document } = c.req.valid('param')
      const download = await takeOut(c.var.house.db, c.var.act, requireUser(c), id, document, 'certificate')
      const headers = { 'content-type': 'application/pdf', 'content-disposition': contentDisposition('attachment', download.fileName) }
      return c.body(await certificateOf(c.var.house, download), 200, headers) as never
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/vault/{id}/evidence.zip',
      operationId: 'getEvidence',
      tags,
      summary: 'Take out the evidence package',
      description: 'Documents, signatures, authorities, audit entries with their proofs, and how to check them without this server.',
      ...reads('vault:read', { may: opensVault }),
      request: { params: EntryId },
      responses: { 200: file('application/zip', 'The package.'), ...refusals(404, 410) },
    }),
    async (c) => {
      const { house, act } = c.var
      const { id } = await findVaultEntry(house.db, requireUser(c), c.req.valid('param').id)
      const { fileName, size, stream } = await packEvidence(house, act, id)
      return streamedFile(stream(), size, fileName, 'application/zip') as never
    },
  )
