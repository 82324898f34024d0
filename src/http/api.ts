import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { signedIn } from './access.ts'
import { documentOf, TAGS } from './api/document.ts'
import { apiAudit } from './api/audit.ts'
import { apiContacts } from './api/contacts.ts'
import { apiEnvelopes } from './api/envelopes.ts'
import { apiDocuments } from './api/envelopes/documents.ts'
import { apiFields } from './api/envelopes/fields.ts'
import { apiRecipients } from './api/envelopes/recipients.ts'
import { apiSending } from './api/envelopes/sending.ts'
import { apiMe } from './api/me.ts'
import { everyReason } from './api/problem.ts'
import { referenceOf } from './api/reference.ts'
import { createApi } from './api/route.ts'
import { apiSigningLinks } from './api/signing-links.ts'
import { apiTemplates } from './api/templates.ts'
import { apiUploads } from './api/uploads.ts'
import { apiVault } from './api/vault.ts'
import { apiVerifications } from './api/verifications.ts'
import type { Ctx } from './env.ts'

/** Every address of the API, one file a resource. */
export const api = createApi()
api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'prph_…',
  description: 'A token of a person or of a service account; each address names the scope that it needs.',
})
for (const resource of [
  apiMe,
  apiEnvelopes,
  apiSending,
  apiSigningLinks,
  apiDocuments,
  apiRecipients,
  apiFields,
  apiUploads,
  apiTemplates,
  apiContacts,
  apiVault,
  apiVerifications,
  apiAudit,
])
  api.route('/', resource)

const originOf = async (c: Ctx): Promise<string> => originsOf(c.var.house.config, await readSetting(c.var.house.db, 'installation')).staff

api.get('/api/openapi.json', async (c) => c.json(documentOf(api, await originOf(c)), 200, { 'cache-control': 'no-store' }))
api.get('/api', signedIn, async (c) => {
  const origin = await originOf(c)
  return c.html(await c.var.render('api/index', { reference: referenceOf(documentOf(api, origin), TAGS), origin }))
})
api.get('/api/codes', signedIn, async (c) => c.html(await c.var.render('api/codes', { codes: everyReason(c.var.lang) })))
