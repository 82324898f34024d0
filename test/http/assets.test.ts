import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Hono } from 'hono'
import { createAssets } from '../../src/http/assets.ts'
import type { Env } from '../../src/http/env.ts'

const assets = await createAssets(join(import.meta.dir, '../../static'))
const app = new Hono<Env>().get('/static/*', assets.serve)

test('a script names what it imports by its content, all the way down', async () => {
  const seen = new Set<string>()
  const follow = async (address: string): Promise<void> => {
    if (seen.has(address)) return
    seen.add(address)
    const answer = await app.request(address)
    expect({ address, status: answer.status, kept: answer.headers.get('cache-control') }).toMatchObject({
      status: 200,
      kept: 'public, max-age=31536000, immutable',
    })
    for (const [, imported] of (await answer.text()).matchAll(/from '([^']+)'/g)) await follow(imported!)
  }
  for (const name of ['js/editor/main.js', 'js/desk/draft.js', 'js/signing/fields.js', 'js/signing/marks.js'])
    await follow(assets.url(name))
  expect([...seen].filter((address) => address.includes('signature-pad'))).toHaveLength(1)
})

test('what is not in the folder cannot be asked for', async () => {
  for (const address of ['/static/js/none.js', '/static/../package.json', '/static/%2e%2e/package.json', '/static/js'])
    expect((await app.request(address)).status).toBe(404)
})
