import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { documentOf } from './api/document.ts'
import { apiEnvelopes } from './api/envelopes.ts'
import { apiMe } from './api/me.ts'
import { createApi } from './api/route.ts'

/** Every address of the API, one file a resource. */
export const api = createApi()
api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'prph_…',
  description: 'A token of a person or of a service account; each address names the scope that it needs.',
})
for (const resource of [apiMe, apiEnvelopes]) api.route('/', resource)

api.get('/api/openapi.json', async (c) => {
  const { staff } = originsOf(c.var.house.config, await readSetting(c.var.house.db, 'installation'))
  return c.json(documentOf(api, staff), 200, { 'cache-control': 'no-store' })
})
