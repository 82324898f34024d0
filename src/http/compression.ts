import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Bytes } from '../base/bytes.ts'
import { createMiddleware } from './env.ts'

export type Packing = 'br' | 'gzip'

const brotli = promisify(brotliCompress) as (bytes: Uint8Array, options: object) => Promise<Bytes>
const gzipped = promisify(gzip) as (bytes: Uint8Array) => Promise<Bytes>
const { BROTLI_PARAM_QUALITY: QUALITY, BROTLI_PARAM_MODE: MODE, BROTLI_MODE_TEXT: TEXT } = constants

export const PACK: Readonly<Record<Packing, (bytes: Uint8Array, quality?: number) => Promise<Bytes>>> = {
  br: (bytes, quality = bytes.length < 200_000 ? 11 : 9) => brotli(bytes, { params: { [QUALITY]: quality, [MODE]: TEXT } }),
  gzip: (bytes) => gzipped(bytes),
}

/** The best that a browser says it takes (RFC 9110 §12.5.3). */
export function packingFor(accepted = ''): Packing | undefined {
  const taken = accepted
    .toLowerCase()
    .split(',')
    .map((one) =>
      one
        .trim()
        .split(';')
        .map((part) => part.trim()),
    )
  return (['br', 'gzip'] as const).find((packing) => taken.some(([name, q]) => name === packing && !/^q=0(\.0*)?$/.test(q ?? '')))
}

const WORTH_IT = 1_400

/**
 * Pages, where nothing that somebody else could have chosen stands beside their secrets: what a request brings in its query or body may be shown
 * again, and the size of the answer would tell how alike the two are (BREACH). Such answers are never compressed.
 */
export const compressedPages = createMiddleware(async (c, next) => {
  await next()
  const { headers, status } = c.res
  const isPage = headers.get('content-type')?.startsWith('text/html') && !headers.has('content-encoding')
  if (c.req.method !== 'GET' || !isPage || status !== 200 || c.req.url.includes('?')) return
  const packing = packingFor(c.req.header('accept-encoding'))
  if (!packing) return
  const bytes = new Uint8Array(await c.res.arrayBuffer())
  const body = bytes.length > WORTH_IT ? await PACK[packing](bytes, 5) : null
  c.res = new Response(body ?? bytes, { status, headers })
  c.res.headers.delete('Content-Length')
  if (body) c.res.headers.set('Content-Encoding', packing)
  c.res.headers.append('Vary', 'Accept-Encoding')
})
