import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { Hono } from 'hono'
import { createAssets } from '../../src/http/assets.ts'
import type { Env } from '../../src/http/env.ts'

const assets = await createAssets(join(import.meta.dir, '../../static'))
const app = new Hono<Env>().get('/static/*', assets.serve)

/** As a browser reads it, whatever stands before it. */
function beside(address: string, named: string): string {
  const { pathname, search } = new URL(named, `http://own/below${address}`)
  expect(pathname).toStartWith('/below/static/')
  return pathname.slice('/below'.length) + search
}

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
    for (const [, imported] of (await answer.text()).matchAll(/from '([^']+)'/g)) await follow(beside(address, imported!))
  }
  for (const name of ['js/editor/main.js', 'js/desk/draft.js', 'js/signing/fields.js', 'js/signing/marks.js'])
    await follow(assets.url(name))
  expect([...seen].filter((address) => address.includes('signature-pad'))).toHaveLength(1)
})

test('what is not in the folder cannot be asked for', async () => {
  for (const address of ['/static/js/none.js', '/static/../package.json', '/static/%2e%2e/package.json', '/static/js'])
    expect((await app.request(address)).status).toBe(404)
})

test('a style sheet names its fonts by their content, and they are there', async () => {
  const css = await (await app.request(assets.url('css/fonts.css'))).text()
  const fonts = [...css.matchAll(/url\('([^']+)'\)/g)].map(([, address]) => address!)
  expect(fonts).toHaveLength(13)
  for (const address of fonts) {
    const answer = await app.request(beside(assets.url('css/fonts.css'), address))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'font/woff2'])
    expect(answer.headers.get('cache-control')).toContain('immutable')
  }
})

test('text is compressed as the browser takes it, and told apart in caches; fonts are as they are', async () => {
  const asked = (name: string, accepted: string) => app.request(assets.url(name), { headers: { 'accept-encoding': accepted } })
  for (const [accepted, packing] of [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=0.5', 'gzip'],
    ['br;q=0, identity', null],
    ['', null],
  ] as const) {
    const answer = await asked('css/parts.css', accepted)
    expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual([packing, 'Accept-Encoding'])
  }
  const [packed, plain] = await Promise.all([asked('css/parts.css', 'br'), asked('css/parts.css', '')])
  const bytes = new Uint8Array(await packed.arrayBuffer())
  const whole = new Uint8Array(await plain.arrayBuffer())
  expect(bytes.length).toBeLessThan(whole.length / 2)
  expect(new Uint8Array(brotliDecompressSync(bytes))).toEqual(whole)
  expect((await asked('fonts/inter-latin-wght-normal.woff2', 'br')).headers.get('content-encoding')).toBeNull()
})
