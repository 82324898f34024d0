import { since } from '../audit/since.ts'
import { type OutboundTarget, placeOf } from '../base/outbound.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { readEmailChannel, readSmsChannel } from './channel.ts'

/** The mail server and the gateway of short messages, where there are any. */
export async function outboundOfMail({
  db,
  config,
  secretKey,
}: {
  readonly db: Db
  readonly config: Pick<Config, 'mail'>
  readonly secretKey: SecretKey
}): Promise<OutboundTarget[]> {
  const [email, sms] = await Promise.all([readEmailChannel(db, secretKey), readSmsChannel(db, secretKey)])
  const targets: OutboundTarget[] = []
  if (email) {
    const { host, port, security } = email
    const started = await channelSince(db, 'email', host)
    targets.push({ kind: 'mail', name: null, host, port, isEncrypted: security !== 'none', isFixed: config.mail !== null, ...started })
  }
  if (sms && URL.canParse(sms.url)) {
    const place = placeOf(sms.url)
    targets.push({ kind: 'sms', name: null, ...place, isFixed: false, ...(await channelSince(db, 'sms', place.host)) })
  }
  return targets
}

/** An event that names no host speaks of whichever stood there. */
const channelSince = (db: Db, channel: 'email' | 'sms', host: string) =>
  since(db, 'channel.changed', (detail) =>
    detail['channel'] === channel ? detail['configured'] === true && (detail['host'] ?? host) === host : null,
  )
