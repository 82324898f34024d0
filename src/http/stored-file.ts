import { type Digest } from '../base/digest.ts'
import type { Db } from '../db/open.ts'
import { findObject, streamObject } from '../store/object.ts'
import { Refusal } from '../base/refusal.ts'
import { streamed } from './streamed.ts'

/** RFC 6266 §4.3 with RFC 5987 for what ASCII cannot spell; nothing of a stranger's file name reaches the header unescaped. */
export function contentDisposition(kind: 'attachment' | 'inline', fileName: string): string {
  const clean =
    fileName
      .replace(/[\p{Cc}\p{Cf}/\\]/gu, '')
      .trim()
      .slice(0, 180) || 'document'
  const ascii =
    clean
      .normalize('NFKD')
      .replace(/[^\x20-\x7e]/g, '')
      .replace(/["%;]/g, '')
      .trim() || 'document'
  const encoded = encodeURIComponent(clean.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

/** A stored object as an answer, each chunk compared with its digest on the way: a damaged file ends the connection, it is never served whole. */
export async function storedFile(
  db: Db,
  digest: Digest,
  fileName: string,
  type: string,
  kind: 'attachment' | 'inline' = 'attachment',
): Promise<Response> {
  const object = await findObject(db, digest)
  if (!object) throw new Refusal('not_found', 'page.not-found')
  return streamedFile(await begun(streamObject(db, digest)), object.size, fileName, type, kind)
}

/** The first piece is there before the answer begins: where nothing can be read, that is told by a page and not by a file that breaks off. */
async function begun(pieces: AsyncGenerator<Uint8Array>): Promise<AsyncGenerator<Uint8Array>> {
  const first = await pieces.next()
  return (async function* () {
    if (first.done) return
    yield first.value
    yield* pieces
  })()
}

/** Bytes as they come, of a length that is known beforehand. */
export function streamedFile(
  pieces: AsyncGenerator<Uint8Array>,
  size: number,
  fileName: string,
  type: string,
  kind: 'attachment' | 'inline' = 'attachment',
): Response {
  return new Response(streamed(pieces), {
    headers: { 'content-type': type, 'content-length': String(size), 'content-disposition': contentDisposition(kind, fileName) },
  })
}
