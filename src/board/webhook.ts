import { createHmac } from 'node:crypto'
import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { SECOND } from '../base/instant.ts'
import { noteOutbound, placeOf } from '../base/outbound.ts'
import { VERSION } from '../base/version.ts'
import type { RuleRunRow } from '../db/database.ts'
import type { RuleTools } from './carrying-out.ts'
import { ruleFacts } from './rule-facts.ts'
import { isAllowed, isOpenAddress, targetUrl } from './webhook-address.ts'
import { openSecret } from './webhook-targets.ts'

const TIME = 10 * SECOND
const MOST_ANSWER = 65_536

export type Outcome =
  | { readonly kind: 'taken'; readonly detail: string }
  /** It may take it another time. */
  | { readonly kind: 'silent'; readonly detail: string }
  | { readonly kind: 'refused'; readonly detail: string }

/**
 * Tells a declared target what entered a stage. The body is JSON; `Paraphe-Signature: t=…,v1=…` is HMAC-SHA-256 over `t.body` with the
 * target's key, t in seconds; `Paraphe-Delivery` stays the same when it is sent again.
 */
export async function callTarget(tools: RuleTools, targetId: string, run: RuleRunRow): Promise<Outcome> {
  const { db, clock, config, secretKey } = tools
  const target = await db
    .selectFrom('webhookTarget')
    .selectAll()
    .where('id', '=', targetId)
    .where('removedAt', 'is', null)
    .executeTakeFirst()
  if (!target) return { kind: 'refused', detail: 'the target is gone' }
  let url: URL
  try {
    url = targetUrl(target.url, config.webhookHosts)
  } catch {
    return { kind: 'refused', detail: 'the address is not allowed' }
  }
  const body = JSON.stringify(await payloadOf(tools, run))
  const time = Math.floor(Date.parse(clock()) / SECOND)
  const signature = signatureOf(openSecret(secretKey, target), time, body)
  return post(
    url,
    body,
    { 'Paraphe-Delivery': run.id, 'Paraphe-Signature': `t=${time},v1=${signature}` },
    isAllowed(url, config.webhookHosts),
  )
}

export const signatureOf = (secret: string, time: number, body: string): string =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')

async function payloadOf({ db }: RuleTools, run: RuleRunRow): Promise<object> {
  const facts = await ruleFacts(db, run.envelopeId, run.stageId)
  const { envelope } = facts
  return {
    event: 'stage.entered',
    id: run.id,
    at: run.createdAt,
    stage: { id: run.stageId, name: facts.stageName('en') },
    envelope: {
      id: envelope.id,
      documentId: facts.documentId,
      title: envelope.title,
      status: envelope.status,
      deadline: envelope.deadline,
      signed: facts.signed,
      signers: facts.signers,
    },
  }
}

/** Every address that the name has must be open, and one of those looked at is the one that is connected to. */
export const openLookup: LookupFunction = (host, options, answer) =>
  lookup(host, { ...options, all: true }, (error, found) => {
    const addresses = Array.isArray(found) ? found : []
    if (error) return answer(error, [])
    const closed = addresses.find(({ address }) => !isOpenAddress(address))
    if (closed || !addresses.length) return answer(Object.assign(new Error('a private address'), { code: 'EPRIVATE' }), [])
    const [first] = addresses
    if (options.all) answer(null, addresses)
    else answer(null, first!.address, first!.family)
  })

/** One request, ten seconds in all, no redirect. Nothing of the answer but its status is kept. */
function post(url: URL, body: string, headers: Readonly<Record<string, string>>, isPrivateAllowed: boolean): Promise<Outcome> {
  noteOutbound('webhook', placeOf(url.href))
  return new Promise((resolve) => {
    const end = (outcome: Outcome): void => {
      clearTimeout(timer)
      resolve(outcome)
      request.destroy()
    }
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'User-Agent': `Paraphe/${VERSION}`,
        ...headers,
      },
      agent: false,
      ...(isPrivateAllowed ? {} : { lookup: openLookup }),
    })
    const timer = setTimeout(() => end({ kind: 'silent', detail: 'no answer in 10 s' }), TIME)
    request.on('error', (error: NodeJS.ErrnoException) =>
      end(
        error.code === 'EPRIVATE'
          ? { kind: 'refused', detail: 'a private address' }
          : { kind: 'silent', detail: error.code ?? error.message },
      ),
    )
    request.on('response', (response) => {
      let length = 0
      response.on('data', (piece: Buffer) => {
        length += piece.length
        if (length > MOST_ANSWER) end(judge(response.statusCode ?? 0))
      })
      response.on('end', () => end(judge(response.statusCode ?? 0)))
      response.on('error', () => end(judge(response.statusCode ?? 0)))
    })
    request.end(body)
  })
}

function judge(status: number): Outcome {
  const detail = String(status)
  if (status >= 200 && status < 300) return { kind: 'taken', detail }
  // A redirect is not followed: it would lead where nobody declared.
  if ((status >= 300 && status < 400) || status === 410) return { kind: 'refused', detail }
  return { kind: 'silent', detail }
}
