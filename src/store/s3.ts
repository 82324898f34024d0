import type { Bytes } from '../base/bytes.ts'
import { type Digest, isDigest } from '../base/digest.ts'
import { instant } from '../base/instant.ts'
import { noteOutbound, placeOf as placeOfAddress } from '../base/outbound.ts'
import { Refusal } from '../base/refusal.ts'
import type { VaultPlace } from '../config/vault-place.ts'
import { sha256 } from './chunks.ts'
import type { ChunkPlace } from './place.ts'

/** How often one request is made, how long each may take, and the first pause between two; each pause is three times the last. */
const TRIES = 4
const LIMIT = 20_000
const PAUSE = 150
const VALID = 300

type Method = 'GET' | 'PUT' | 'DELETE'

/**
 * A bucket of S3 or of what speaks like it. Keys are `prefix/chunks/xx/digest`. Requests are signed addresses (AWS Signature Version 4), so that
 * a condition can stand beside them: a PUT is made with `If-None-Match: *` and never writes over what is there and right.
 */
export function s3Place(config: VaultPlace, pause = PAUSE): ChunkPlace {
  const { bucket, prefix, endpoint, region, accessKeyId, secretAccessKey } = config
  const client = new Bun.S3Client({ bucket, endpoint, region, accessKeyId, secretAccessKey })
  const target = placeOfAddress(endpoint)
  const start = prefix ? `${prefix}/` : ''
  const keyOf = (digest: Digest): string => `${start}chunks/${digest.slice(0, 2)}/${digest}`

  /** Tried again where nobody answers, or with what says that it may pass. */
  const ask = async <T>(work: () => Promise<T | Retry>): Promise<T> => {
    let why = ''
    for (let left = TRIES, wait = pause; left > 0; left--, wait *= 3) {
      noteOutbound('objects', target)
      try {
        const answer = await work()
        if (!(answer instanceof Retry)) return answer
        why = answer.why
      } catch (error) {
        if (error instanceof Refusal) throw error
        why = error instanceof Error ? error.message : String(error)
      }
      if (left > 1) await Bun.sleep(wait)
    }
    throw new Refusal('unavailable', 'vault.unreachable', {}, { cause: new Error(why) })
  }

  const request = (method: Method, key: string, body?: Bytes, headers: Record<string, string> = {}) =>
    fetch(client.presign(key, { method, expiresIn: VALID }), {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT),
      ...(body ? { body } : {}),
    })

  const read = (key: string): Promise<Bytes | null> =>
    ask(async () => {
      const answer = await request('GET', key)
      if (answer.status === 404) {
        await answer.body?.cancel()
        return null
      }
      if (answer.status !== 200) return refused(answer)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      const length = answer.headers.get('content-length')
      return length !== null && Number(length) !== bytes.length ? new Retry('the answer was cut off') : bytes
    })

  const write = (key: string, bytes: Bytes, isOnce: boolean): Promise<'written' | 'there'> =>
    ask(async () => {
      const answer = await request('PUT', key, bytes, isOnce ? { 'if-none-match': '*' } : {})
      // 412: it is there. 409: somebody writes it at this moment.
      if (answer.status === 412) {
        await answer.body?.cancel()
        return 'there'
      }
      if (answer.status !== 200) return refused(answer)
      await answer.body?.cancel()
      return 'written'
    })

  const remove = (key: string): Promise<void> =>
    ask(async () => {
      const answer = await request('DELETE', key)
      if (![200, 204, 404].includes(answer.status)) return refused(answer)
      await answer.body?.cancel()
      return undefined
    })

  return {
    get: (digest) => read(keyOf(digest)),
    async put(digest, bytes) {
      const key = keyOf(digest)
      const done = await write(key, bytes, true)
      // What stands there may be what an earlier life, or another hand, left: it is kept only if it is right.
      if (done === 'there' && !isRight(digest, await read(key))) await write(key, bytes, false)
      const found = await read(key)
      if (found && !isRight(digest, found)) throw new Refusal('unavailable', 'vault.not-kept')
      return found !== null
    },
    delete: (digest) => remove(keyOf(digest)),
    async *list() {
      let from: string | undefined
      do {
        const some = await ask(() =>
          client.list({ prefix: `${start}chunks/`, maxKeys: 1_000, ...(from ? { continuationToken: from } : {}) }),
        )
        for (const { key, lastModified } of some.contents ?? []) {
          const digest = key.slice(key.lastIndexOf('/') + 1)
          if (isDigest(digest) && lastModified) yield { digest, at: instant(lastModified) }
        }
        from = some.isTruncated ? some.nextContinuationToken : undefined
      } while (from)
    },
    async probe() {
      const key = `${start}probe-${crypto.randomUUID()}`
      const bytes = crypto.getRandomValues(new Uint8Array(32))
      await write(key, bytes, false)
      const found = await read(key)
      await remove(key)
      if (!found || sha256(found) !== sha256(bytes)) throw new Refusal('unavailable', 'vault.not-kept')
    },
  }
}

const isRight = (digest: Digest, bytes: Bytes | null): boolean => bytes !== null && sha256(bytes) === digest

/** An answer after which the same request may succeed. */
class Retry {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

async function refused(answer: Response): Promise<Retry> {
  const text = (await answer.text()).slice(0, 2_000)
  const code = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? ''
  if (answer.status >= 500 || answer.status === 429 || answer.status === 409) return new Retry(`${answer.status} ${code}`)
  throw new Refusal('unavailable', 'vault.refused', { status: answer.status, code: code || '–' })
}
