import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Level, LEVELS, type LogForm } from '../log/lines.ts'
import { readWebAddress } from '../base/web-address.ts'
import { type FixedMail, mailOf } from './mail.ts'
import { type TrustedProxies, trustedProxies } from './proxies.ts'
import { type SettingName, settingOf } from './settings.ts'
import { type VaultPlace, vaultPlaceOf } from './vault-place.ts'
import { ConfigError, type ConfigWarning, type Environment, readSaid, type Source } from './sources.ts'

export interface Listen {
  readonly host: string
  /** 0 where a socket is listened on in place of a port. */
  readonly port: number
  /** The path of a unix socket. */
  readonly socket?: string
}

export interface TlsFiles {
  readonly certificate: string
  readonly key: string
  /** The house makes and keeps both, by its own authority. */
  readonly isOwn?: true
}

/** Everything that is decided outside the console. Read once at the start, passed on, never ambient. */
export interface Config {
  readonly dataDirectory: string
  readonly listen: Listen
  readonly publicListen: Listen | null
  /** What staff type, with the path below which the house stands, if any; null until the set-up has asked for it. */
  readonly url: string | null
  /** The server's certificate and key; null: it speaks plain HTTP. */
  readonly tls: TlsFiles | null
  readonly redirectListen: Listen | null
  /** For recipients and verification, likewise; null: the staff's. */
  readonly publicUrl: string | null
  readonly databaseUrl: string | null
  /** Where stored files are kept outside the database; null: in it. */
  readonly vault: VaultPlace | null
  readonly trustedProxies: TrustedProxies
  /** Hosts, with or without their port, that rules may call although they are private or answer without encryption. */
  readonly webhookHosts: readonly string[]
  /** The file outside the database that keeps the newest checkpoint of the audit log. */
  readonly auditCheckpoint: string
  /** A file that holds the passphrase of the authority's keys: named by the environment, or a systemd credential. Never its text. */
  readonly passphraseFile: string | null
  /** The path of LibreOffice’s `soffice`; `none`: not used; null: the first that is found. */
  readonly libreOffice: string | null
  readonly log: { readonly form: LogForm; readonly level: Level }
  /** Where metrics are read, besides; null: nowhere. */
  readonly metricsListen: Listen | null
  /** What opens metrics to whoever sends it; null: nobody reads them on the house's own addresses. */
  readonly metricsToken: string | null
  /** The mail server that stands in the place of the console's; null: the console's. */
  readonly mail: FixedMail | null
  /** Where each setting was said that was said at all. */
  readonly sources: ReadonlyMap<SettingName, Source>
  readonly settingsFile: string | null
  readonly warnings: readonly ConfigWarning[]
}

/** Its name in the data folder. */
export const KEPT_CHECKPOINT = 'audit-checkpoint.db'

export { ConfigError } from './sources.ts'

/** Throws `ConfigError` for what cannot be read. */
export function readConfig(environment: Environment): Config {
  const { values, settingsFile, warnings } = readSaid(environment)
  const read = (name: SettingName): string | null => values.get(name)?.text ?? settingOf(name).otherwise ?? null
  const dataDirectory = resolve(read('PARAPHE_DATA')!)
  return {
    dataDirectory,
    auditCheckpoint: resolve(read('PARAPHE_AUDIT_CHECKPOINT') ?? join(dataDirectory, KEPT_CHECKPOINT)),
    passphraseFile: read('PARAPHE_PASSPHRASE'),
    libreOffice: optional(read('PARAPHE_LIBREOFFICE'), officeOf),
    listen: listenOf('PARAPHE_LISTEN', read('PARAPHE_LISTEN')!),
    publicListen: optional(read('PARAPHE_PUBLIC_LISTEN'), (text) => listenOf('PARAPHE_PUBLIC_LISTEN', text)),
    ...tlsOf(read, dataDirectory),
    url: optional(read('PARAPHE_URL'), (text) => addressOf('PARAPHE_URL', text)),
    publicUrl: optional(read('PARAPHE_PUBLIC_URL'), (text) => addressOf('PARAPHE_PUBLIC_URL', text)),
    databaseUrl: optional(read('PARAPHE_DATABASE_URL'), databaseUrlOf),
    vault: optional(read('PARAPHE_VAULT_URL'), (text) => vaultPlaceOf(text, read('PARAPHE_VAULT_KEY_ID'), read('PARAPHE_VAULT_SECRET'))),
    trustedProxies: trustedProxies(listOf(read('PARAPHE_TRUSTED_PROXIES')), read('PARAPHE_PROXY_HEADERS')!),
    webhookHosts: listOf(read('PARAPHE_WEBHOOK_HOSTS')).map((host) => host.toLowerCase()),
    log: {
      form: oneOf('PARAPHE_LOG', read('PARAPHE_LOG')!, ['json', 'text']),
      level: oneOf('PARAPHE_LOG_LEVEL', read('PARAPHE_LOG_LEVEL')!, LEVELS),
    },
    ...metricsOf(read),
    mail: mailOf(read),
    sources: new Map([...values].map(([name, { source }]) => [name, source])),
    settingsFile,
    warnings,
  }
}

const listOf = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const optional = <T>(text: string | null, read: (text: string) => T): T | null => (text === null ? null : read(text))

function listenOf(name: SettingName, text: string): Listen {
  const socket = /^unix:(\/.{1,100})$/.exec(text)?.[1]
  if (socket) return { host: 'localhost', port: 0, socket }
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535)
    throw new ConfigError(`${name}: "${text}" is not an address and a port, such as 127.0.0.1:8080, or unix:/path/of/a/socket`)
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port }
}

function oneOf<T extends string>(name: SettingName, text: string, known: readonly T[]): T {
  if (!known.includes(text as T)) throw new ConfigError(`${name}: "${text}" is none of ${known.join(', ')}`)
  return text as T
}

const SHORTEST_TOKEN = 20

/** Figures are never open to strangers: beyond this machine they ask for a token. */
function metricsOf(read: (name: SettingName) => string | null): Pick<Config, 'metricsListen' | 'metricsToken'> {
  const metricsListen = optional(read('PARAPHE_METRICS_LISTEN'), (text) => listenOf('PARAPHE_METRICS_LISTEN', text))
  const metricsToken = read('PARAPHE_METRICS_TOKEN')
  if (metricsToken !== null && metricsToken.length < SHORTEST_TOKEN)
    throw new ConfigError(`PARAPHE_METRICS_TOKEN: shorter than ${SHORTEST_TOKEN} characters`)
  if (metricsListen && !metricsToken && !/^(127\.|::1$|localhost$)/.test(metricsListen.host))
    throw new ConfigError('PARAPHE_METRICS_LISTEN: reachable from other machines, so it needs PARAPHE_METRICS_TOKEN too')
  return { metricsListen, metricsToken }
}

function databaseUrlOf(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !url.hostname || url.pathname.length < 2)
    throw new ConfigError('PARAPHE_DATABASE_URL: not an address such as postgres://user:password@host/database')
  return text
}

/** In place of a file: certificate and key are the house's own. */
const BY_AUTHORITY = 'authority'

function tlsOf(read: (name: SettingName) => string | null, dataDirectory: string): Pick<Config, 'tls' | 'redirectListen'> {
  const [certificate, key, redirect] = [read('PARAPHE_TLS_CERTIFICATE'), read('PARAPHE_TLS_KEY'), read('PARAPHE_REDIRECT_LISTEN')]
  const isOwn = certificate === BY_AUTHORITY
  if (isOwn && key) throw new ConfigError('PARAPHE_TLS_KEY: with PARAPHE_TLS_CERTIFICATE=authority the house makes the key itself')
  if (!isOwn && !certificate !== !key)
    throw new ConfigError(`${certificate ? 'PARAPHE_TLS_KEY' : 'PARAPHE_TLS_CERTIFICATE'}: missing; the two belong together`)
  if (redirect && !certificate) throw new ConfigError('PARAPHE_REDIRECT_LISTEN: there is no TLS to lead to without PARAPHE_TLS_CERTIFICATE')
  return {
    tls: isOwn
      ? { certificate: join(dataDirectory, 'tls-certificate.pem'), key: join(dataDirectory, 'tls-key.pem'), isOwn }
      : certificate && key
        ? { certificate: resolve(certificate), key: resolve(key) }
        : null,
    redirectListen: optional(redirect, (text) => listenOf('PARAPHE_REDIRECT_LISTEN', text)),
  }
}

function officeOf(path: string): string {
  if (path !== 'none' && !existsSync(path)) throw new ConfigError(`PARAPHE_LIBREOFFICE: there is no file ${path}`)
  return path
}

function addressOf(name: SettingName, text: string): string {
  const address = readWebAddress(text)
  if (!address)
    throw new ConfigError(`${name}: "${text}" is not a web address such as https://sign.example.com or https://intranet.example/sign`)
  return address
}
