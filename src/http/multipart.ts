import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { HTTPException } from 'hono/http-exception'
import type { LaidAside } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Spool } from './spool.ts'

/** A form with files (RFC 7578): its texts by name, the last where several are called so, and its files in their order. */
export interface UploadForm {
  readonly fields: ReadonlyMap<string, string>
  readonly files: readonly Upload[]
}

export interface Upload {
  readonly field: string
  /** As the browser sent it: empty where no file was chosen. */
  readonly name: string
  readonly bytes: LaidAside
}

const MOST_PARTS = 200
/** Of one text, and of all together. */
const MOST_TEXT = 2_000_000
const MOST_HEADER = 8_192
const LONGEST_NAME = 1_000
const LONGEST_UPLOAD = 30 * 60_000

/**
 * Reads the form as it comes: each file goes to the spool, and no more of it is in memory than a few pieces. Throws `request.too-large` past the bounds
 * of a form, `upload.too-slow`, a 400 where it is no form, and what the connection says where it ends early.
 */
export async function readMultipart(request: Request, spool: Spool): Promise<UploadForm> {
  const fields = new Map<string, string>()
  const streams: BusboyFileStream[] = []
  const saving: Promise<Upload>[] = []
  const failed = Promise.withResolvers<never>()
  let fault: unknown = null
  const fail = (error: unknown): void => failed.reject((fault ??= error))
  const tooLarge = (): void => fail(new Refusal('too_large', 'request.too-large'))
  failed.promise.catch(() => {})

  let text = 0
  const parser = parserOf(request.headers.get('content-type') ?? '')
  const finished = Promise.withResolvers<void>()
  parser.on('finish', finished.resolve)
  parser.on('error', () => fail(malformed()))
  parser.on('partsLimit', tooLarge)
  parser.on('field', (name: string | undefined, value, isNameCut, isCut) => {
    text += value.length
    if (isNameCut || isCut || text > MOST_TEXT) return tooLarge()
    if (name) fields.set(name, value)
  })
  parser.on('file', (field: string | undefined, stream, name: string | undefined) => {
    streams.push(stream)
    // One that waits for its turn is heard by nobody yet.
    stream.on('error', () => {})
    const saved = spool.save(stream).then((bytes): Upload => ({ field: field ?? '', name: (name ?? '').slice(0, LONGEST_NAME), bytes }))
    saved.catch(fail)
    saving.push(saved)
  })

  const began = performance.now()
  try {
    for await (const piece of request.body ?? []) {
      if (performance.now() - began > LONGEST_UPLOAD) throw new Refusal('unavailable', 'upload.too-slow')
      // What is refused is read to its end all the same: a browser hears no answer before it has sent everything.
      if (fault) continue
      spool.received(piece.length)
      await Promise.race([failed.promise, new Promise<void>((done) => parser.write(piece, () => done()))]).catch(() => {})
    }
    if (!fault) parser.end()
    await Promise.race([failed.promise, finished.promise])
    return { fields, files: await Promise.race([failed.promise, Promise.all(saving)]) }
  } catch (error) {
    for (const stream of streams) stream.destroy(error as Error)
    parser.destroy()
    await Promise.allSettled(saving)
    throw error
  }
}

function parserOf(type: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      // What a name says of folders is taken off where a name is kept.
      preservePath: true,
      isPartAFile: (_field, _type, fileName) => fileName !== undefined,
      limits: { parts: MOST_PARTS, fieldSize: MOST_TEXT, headerSize: MOST_HEADER, headerPairs: 20 },
    })
  } catch {
    throw malformed()
  }
}

const malformed = (): HTTPException => new HTTPException(400)
