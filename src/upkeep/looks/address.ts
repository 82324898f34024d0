import http from 'node:http'
import https from 'node:https'
import { rootCertificates } from 'node:tls'
import { ownRoots } from '../../verification/uploaded.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { base64 } from '../../base/bytes.ts'
import { isOwnAnswer, type Saw, selfQuestion } from '../self-question.ts'
import type { Check, Look } from '../doctor.ts'

/** The house asks itself by its public address, and must find this very installation. */
export const ownAddress: Look = async ({ db, config, secretKey }, at) => {
  const installation = await readSetting(db, 'installation')
  if (!secretKey || !installation.setUpAt) return null
  const origin = originsOf(config, installation).public
  const question = selfQuestion(secretKey, at)
  const found = await ask(`${origin}/healthz`, question, (await ownRoots(db)).map(pem))
  const told = (state: Check['state'], fault: string, detail = ''): Check => ({
    name: 'own-address',
    state,
    facts: { origin, fault, detail },
  })
  if ('fault' in found) return told('stop', found.fault, found.detail)
  if (found.status === 421) return told('stop', 'host')
  const answer = isOwnAnswer(secretKey, question, found.text)
  if (!answer) return told('stop', found.status === 200 ? 'another' : 'not-ours', String(found.status))
  return { ...told('good', ''), facts: { origin, ...seen(answer) } }
}

/** What the server saw of its own request: whether a proxy stands before it whose word does not count. */
export const proxyHeaders: Look = async ({ db, config, secretKey }, at) => {
  const installation = await readSetting(db, 'installation')
  if (!secretKey || !installation.setUpAt) return null
  const origin = originsOf(config, installation).public
  const question = selfQuestion(secretKey, at)
  const found = await ask(`${origin}/healthz`, question, (await ownRoots(db)).map(pem))
  const saw = 'fault' in found ? null : isOwnAnswer(secretKey, question, found.text)
  if (!saw) return null
  const facts = seen(saw)
  const isProxied = saw.forwarded || origin.startsWith('https:') !== saw.encrypted
  if (!isProxied) return { name: 'proxy-headers', state: 'good', facts }
  return { name: 'proxy-headers', state: saw.trusted && saw.forwarded ? 'good' : 'wait', facts }
}

const seen = (saw: Saw): Record<string, string> => ({ host: saw.host, client: saw.client, peer: saw.peer })

type Found = { readonly status: number; readonly text: string } | { readonly fault: string; readonly detail: string }

const PATIENCE = 8_000
const MOST = 10_000

/** Certificates of the house's own authority count beside those of everybody: its staff trust it. */
function ask(address: string, question: string, roots: readonly string[]): Promise<Found> {
  return new Promise((resolve) => {
    const url = new URL(address)
    const end = (found: Found): void => {
      clearTimeout(timer)
      resolve(found)
      request.destroy()
    }
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      headers: { 'Paraphe-Self': question },
      agent: false,
      ...(url.protocol === 'https:' ? { ca: [...rootCertificates, ...roots] } : {}),
    })
    const timer = setTimeout(() => end({ fault: 'silent', detail: '' }), PATIENCE)
    request.on('error', (error: NodeJS.ErrnoException) => end({ fault: faultOf(error.code ?? ''), detail: error.code ?? error.message }))
    request.on('response', (response) => {
      let text = ''
      response.on('data', (piece: Buffer) => {
        if (text.length < MOST) text += piece.toString('utf8')
      })
      response.on('end', () => end({ status: response.statusCode ?? 0, text }))
    })
    request.end()
  })
}

const faultOf = (code: string): string =>
  /ENOTFOUND|EAI_|DNS/.test(code)
    ? 'name'
    : /CERT|TLS|SSL|ISSUER|SIGNED/i.test(code)
      ? 'certificate'
      : /REFUSED|UNREACH|RESET|FailedToOpenSocket/i.test(code)
        ? 'closed'
        : 'silent'

const pem = (der: Uint8Array<ArrayBuffer>): string =>
  `-----BEGIN CERTIFICATE-----\n${(base64(der).match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
