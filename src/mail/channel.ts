import { X509Certificate } from 'node:crypto'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db, Tx } from '../db/open.ts'
import { readSetting, writeSetting } from '../setting/setting.ts'
import { releaseWaiting } from './outbox.ts'
import type { SmsGateway } from './sms-gateway.ts'
import { BLANKS } from './sms-presets.ts'
import type { SmtpChannel } from './smtp.ts'

export type Channel = 'email' | 'sms'

/** While it is not, the administrator may open what waits; from then on nobody but the recipient sees a link or a code. */
export const isChannelConfigured = async (db: Db, channel: Channel): Promise<boolean> => (await readSetting(db, channel)) !== null

export async function readEmailChannel(db: Db, secretKey: SecretKey): Promise<SmtpChannel | null> {
  const setting = await readSetting(db, 'email')
  if (!setting) return null
  const { sealedPassword, ...rest } = setting
  return { ...rest, password: sealedPassword === null ? null : opened(secretKey, 'email', sealedPassword) }
}

export async function readSmsChannel(db: Db, secretKey: SecretKey): Promise<NamedGateway | null> {
  const setting = await readSetting(db, 'sms')
  if (!setting) return null
  const { sealedHeaders, ...rest } = setting
  // Address and body may hold a key too, so all three stand sealed together.
  const secrets = JSON.parse(opened(secretKey, 'sms', sealedHeaders)) as Pick<SmsGateway, 'headers' | 'url' | 'body'>
  return { ...rest, ...secrets }
}

/** Null ends the channel; what waits then waits for the administrator. */
export async function keepEmailChannel(tx: Tx, act: Act, secretKey: SecretKey, channel: SmtpChannel | null): Promise<void> {
  if (channel) {
    const { password, ...rest } = channel
    await writeSetting(tx, act, 'email', { ...rest, sealedPassword: password === null ? null : sealed(secretKey, 'email', password) })
    await releaseWaiting(tx, act, 'email')
  } else await writeSetting(tx, act, 'email', null)
  await append(tx, act, {
    type: 'channel.changed',
    detail: { channel: 'email', configured: channel !== null, host: channel?.host ?? null },
  })
}

export async function keepSmsChannel(tx: Tx, act: Act, secretKey: SecretKey, gateway: NamedGateway | null): Promise<void> {
  if (gateway) {
    const { headers, url, body, ...rest } = gateway
    await writeSetting(tx, act, 'sms', {
      ...rest,
      url: '',
      body: '',
      sealedHeaders: sealed(secretKey, 'sms', JSON.stringify({ headers, url, body })),
    })
    await releaseWaiting(tx, act, 'sms')
  } else await writeSetting(tx, act, 'sms', null)
  await append(tx, act, {
    type: 'channel.changed',
    detail: { channel: 'sms', configured: gateway !== null, host: URL.parse(gateway?.url ?? '')?.hostname ?? null },
  })
}

/** What an administrator types: empty where there is nothing, also where a secret that is kept already is to stay. */
export interface TypedSmtp extends Omit<SmtpChannel, 'user' | 'password' | 'caPem'> {
  readonly user: string
  readonly password: string
  readonly caPem: string
}

/**
 * The channel as typed. A password that is kept stays only with the server and the user that it was given for, and is never sent in the
 * clear after it was encrypted: otherwise whoever may change the settings could have it sent to a server of their own.
 */
export function smtpChannelOf(typed: TypedSmtp, kept: SmtpChannel | null): SmtpChannel {
  const { user, password, caPem, ...rest } = typed
  const common = { ...rest, user: user || null, caPem: caPem || null }
  if (caPem && !areCertificates(caPem)) throw new Refusal('invalid', 'channel.ca-invalid')
  if (!user || password || !kept?.password) return { ...common, password: user && password ? password : null }
  const isSameWay = kept.host === typed.host && kept.user === user && (typed.security !== 'none' || kept.security === 'none')
  if (!isSameWay) throw new Refusal('invalid', 'channel.password-again')
  return { ...common, password: kept.password }
}

/** Certificates in PEM and nothing else: no key, no text that a TLS library would pass over in silence. */
export function areCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? []
  if (!blocks.length || blocks.reduce((rest, block) => rest.replace(block, ''), pem).trim()) return false
  try {
    return blocks.every((block) => new X509Certificate(block).subject !== null)
  } catch {
    return false
  }
}

export type NamedGateway = SmsGateway & { readonly preset: string }

/** The gateway as typed. Address, headers and body are kept together, since each may hold a key: all three empty, they stay. */
export function smsGatewayOf(typed: NamedGateway, kept: NamedGateway | null): NamedGateway {
  const isKept = kept !== null && !typed.url && !typed.headers && !typed.body
  const gateway = isKept ? { ...typed, url: kept.url, headers: kept.headers, body: kept.body } : typed
  refuseUnfilled(gateway)
  // The host stands fast, without a login and without a place for anything that is sent.
  if (!/^https?:\/\/[^/?#@{}\s]+(?:[/?#]|$)/i.test(gateway.url) || !URL.parse(gateway.url.replaceAll(/[{}]/g, '')))
    throw new Refusal('invalid', 'channel.url-invalid')
  if (!gateway.headers.split('\n').every((line) => /^\s*$|^[A-Za-z0-9-]+:/.test(line)))
    throw new Refusal('invalid', 'channel.headers-invalid')
  const request = `${gateway.url} ${gateway.method === 'POST' ? gateway.body : ''}`
  if (!request.includes('{to}') || !request.includes('{text}')) throw new Refusal('invalid', 'channel.places-missing')
  return gateway
}

/** What a preset leaves to the administrator, left as it was. */
function refuseUnfilled(gateway: SmsGateway): void {
  for (const name of ['url', 'headers', 'body'] as const)
    for (const blank of BLANKS)
      if (new RegExp(`(?<![\\w-])${blank}(?![\\w-])`).test(gateway[name]))
        throw new Refusal('invalid', `channel.${name}-unfilled`, { blank })
}

const sealed = (secretKey: SecretKey, channel: Channel, text: string): string =>
  base64(secretKey.seal('channel-password', channel, utf8(text)))
const opened = (secretKey: SecretKey, channel: Channel, text: string): string =>
  fromUtf8(secretKey.open('channel-password', channel, fromBase64(text)))
