import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db, Tx } from '../db/open.ts'
import { readSetting, writeSetting } from '../setting/setting.ts'
import { releaseWaiting } from './outbox.ts'
import type { SmsGateway } from './sms-gateway.ts'
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

export async function readSmsChannel(db: Db, secretKey: SecretKey): Promise<(SmsGateway & { readonly preset: string }) | null> {
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
  await append(tx, act, { type: 'channel.changed', detail: { channel: 'email', configured: channel !== null } })
}

export async function keepSmsChannel(
  tx: Tx,
  act: Act,
  secretKey: SecretKey,
  gateway: (SmsGateway & { readonly preset: string }) | null,
): Promise<void> {
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
  await append(tx, act, { type: 'channel.changed', detail: { channel: 'sms', configured: gateway !== null } })
}

const sealed = (secretKey: SecretKey, channel: Channel, text: string): string =>
  base64(secretKey.seal('channel-password', channel, utf8(text)))
const opened = (secretKey: SecretKey, channel: Channel, text: string): string =>
  fromUtf8(secretKey.open('channel-password', channel, fromBase64(text)))
