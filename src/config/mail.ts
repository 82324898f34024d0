import { readFileSync } from 'node:fs'
import { readEmailAddress } from '../base/email-address.ts'
import type { SettingName } from './settings.ts'
import { ConfigError } from './sources.ts'

/** A mail server as the room `mail` knows it. */
export interface FixedMail {
  readonly host: string
  readonly port: number
  readonly security: 'none' | 'starttls' | 'tls'
  readonly user: string | null
  readonly password: string | null
  readonly fromAddress: string
  readonly fromName: string
  readonly caPem: string | null
}

const WAYS = {
  'smtps:': { security: 'tls', port: 465 },
  'smtp:': { security: 'starttls', port: 587 },
  'smtp-plain:': { security: 'none', port: 25 },
} as const

export function mailOf(read: (name: SettingName) => string | null): FixedMail | null {
  const text = read('PARAPHE_SMTP')
  const [password, caFile, from] = [read('PARAPHE_SMTP_PASSWORD'), read('PARAPHE_SMTP_CA'), read('PARAPHE_MAIL_FROM')]
  if (!text) {
    if (password || caFile || from) throw new ConfigError('PARAPHE_SMTP: missing; without it the mail server is set in the console')
    return null
  }
  const url = URL.parse(text)
  const way = url && Object.hasOwn(WAYS, url.protocol) ? WAYS[url.protocol as keyof typeof WAYS] : null
  if (!url || !way || !url.hostname || !/^\/?$/.test(url.pathname) || url.search || url.hash)
    throw new ConfigError('PARAPHE_SMTP: not a mail server such as smtp://user@mail.example.com:587')
  if (url.password) throw new ConfigError('PARAPHE_SMTP: the password is given as PARAPHE_SMTP_PASSWORD')
  const user = decodeURIComponent(url.username) || null
  if (password && !user) throw new ConfigError('PARAPHE_SMTP_PASSWORD: PARAPHE_SMTP names no user')
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || way.port,
    security: way.security,
    user,
    password,
    ...senderOf(from),
    caPem: caFile ? certificatesIn(caFile) : null,
  }
}

function senderOf(text: string | null): { fromAddress: string; fromName: string } {
  const match = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))\s*$/.exec(text ?? '')
  const fromAddress = match?.[2] ?? match?.[3]
  if (!fromAddress || !readEmailAddress(fromAddress))
    throw new ConfigError('PARAPHE_MAIL_FROM: not a sender such as Acme <sign@acme.example>')
  return { fromAddress, fromName: match?.[1]?.trim() ?? '' }
}

function certificatesIn(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8')
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  } catch {
    throw new ConfigError(`PARAPHE_SMTP_CA: the file ${path} cannot be read`)
  }
  throw new ConfigError(`PARAPHE_SMTP_CA: there is no certificate (PEM) in ${path}`)
}
