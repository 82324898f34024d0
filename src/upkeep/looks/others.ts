import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { askOutside, StampRefused } from '../../authority/outside-stamp.ts'
import { randomBytes } from '../../base/bytes.ts'
import { noteOutbound, placeOf } from '../../base/outbound.ts'
import { readEmailChannel, readSmsChannel } from '../../mail/channel.ts'
import { tryLogin } from '../../mail/smtp.ts'
import { readSetting } from '../../setting/setting.ts'
import type { Look } from '../doctor.ts'

/** Greeted and signed in at, with nothing sent. */
export const mailServer: Look = async ({ db, secretKey }) => {
  const channel = secretKey && (await readEmailChannel(db, secretKey))
  if (!channel) return null
  const why = await tryLogin(channel)
  return { name: 'mail-server', state: why === null ? 'good' : 'stop', facts: { place: `${channel.host}:${channel.port}`, why: why ?? '' } }
}

/** Reached, with its certificate where it has one; no message is sent. */
export const smsGateway: Look = async ({ db, secretKey }) => {
  const gateway = secretKey && (await readSmsChannel(db, secretKey))
  if (!gateway || !URL.canParse(gateway.url)) return null
  const place = placeOf(gateway.url)
  const why = await reach(place)
  return { name: 'sms-gateway', state: why === null ? 'good' : 'stop', facts: { place: `${place.host}:${place.port}`, why: why ?? '' } }
}

/** Each is asked for a token, which is judged: its signature, its path to the root that was given, its clock against ours. */
export const timeStampAuthorities: Look = async ({ db }, at) => {
  const { authorities } = await readSetting(db, 'timeStamping')
  if (!authorities.length) return null
  const faults: string[] = []
  for (const authority of authorities)
    await askOutside(authority, randomBytes(32), at).catch((error: unknown) => {
      faults.push(`${authority.name}: ${error instanceof StampRefused ? error.fault : String(error)}`)
    })
  const state = !faults.length ? 'good' : faults.length < authorities.length ? 'wait' : 'stop'
  return { name: 'time-stamp-authorities', state, facts: { count: authorities.length, why: faults.join(', ') } }
}

const PATIENCE = 5_000

/** Null where a connection stands, else why not. */
function reach({ host, port, isEncrypted }: { host: string; port: number; isEncrypted: boolean }): Promise<string | null> {
  noteOutbound('sms', { host, port })
  return new Promise((resolve) => {
    const end = (why: string | null): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(why)
    }
    const socket = isEncrypted ? connectTls({ host, port, servername: host }, () => end(null)) : connect({ host, port }, () => end(null))
    const timer = setTimeout(() => end('ETIMEDOUT'), PATIENCE)
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}
