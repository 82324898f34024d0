import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface Listen {
  readonly host: string
  readonly port: number
}

/** Everything that is decided outside the console. Read once at the start, passed on, never ambient. */
export interface Config {
  readonly dataDirectory: string
  readonly listen: Listen
  readonly publicListen: Listen | null
  /** Origin for staff, without a path; null until the set-up has asked for it. */
  readonly url: string | null
  /** Origin for recipients and verification; null: the staff's. */
  readonly publicUrl: string | null
  readonly databaseUrl: string | null
  readonly vaultUrl: string | null
  readonly trustedProxies: readonly string[]
  /** Hosts, with or without their port, that rules may call although they are private or answer without encryption. */
  readonly webhookHosts: readonly string[]
  /** The file outside the database that keeps the newest checkpoint of the audit log. */
  readonly auditCheckpoint: string
  /** A file that holds the passphrase of the authority's keys: named by the environment, or a systemd credential. Never its text. */
  readonly passphraseFile: string | null
  /** The path of LibreOffice’s `soffice`; `none`: not used; null: the first that is found. */
  readonly libreOffice: string | null
}

/** Its name in the data folder. */
export const KEPT_CHECKPOINT = 'audit-checkpoint.db'

/** Every setting of the environment, and what it means. Each may also be given as `NAME_FILE`, the path of a file that holds it. */
export const SETTINGS = {
  PARAPHE_DATA: 'the data folder (default ./data)',
  PARAPHE_LISTEN: 'address and port to listen on (default 127.0.0.1:8080)',
  PARAPHE_URL: 'the address that staff type, https://sign.example.com',
  PARAPHE_PUBLIC_LISTEN: 'a second address and port that serves recipients and verification alone',
  PARAPHE_PUBLIC_URL: 'the address that recipients see (default PARAPHE_URL)',
  PARAPHE_DATABASE_URL: 'postgres://… in place of the file of data',
  PARAPHE_VAULT_URL: 's3://… in place of the file of data, for objects',
  PARAPHE_PASSPHRASE_FILE: 'a file that holds the passphrase of the authority’s keys; or the systemd credential paraphe-passphrase',
  PARAPHE_TRUSTED_PROXIES: 'addresses of reverse proxies whose X-Forwarded headers count, separated by commas',
  PARAPHE_LIBREOFFICE: 'the path of LibreOffice’s soffice, which turns text documents into PDF; none: not used (default: found by itself)',
  PARAPHE_WEBHOOK_HOSTS:
    'hosts of your own network that rules of the board may call, also without encryption, separated by commas (default: none)',
  PARAPHE_AUDIT_CHECKPOINT:
    'the file that keeps the newest checkpoint of the audit log, best on another volume (default in the data folder)',
} as const
type SettingName = keyof typeof SETTINGS

/** A setting that cannot be read: its message names the setting and says what is wrong. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = (name: SettingName): string | null => {
    const file = environment[`${name}_FILE`]
    if (!file) return environment[name]?.trim() || null
    try {
      return readFileSync(file, 'utf8').trim() || null
    } catch {
      throw new ConfigError(`${name}_FILE: the file ${file} cannot be read`)
    }
  }
  const notYet = (name: SettingName): null => {
    if (read(name)) throw new ConfigError(`${name}: this version keeps everything in its file of data`)
    return null
  }
  if (environment['PARAPHE_PASSPHRASE'])
    throw new ConfigError('PARAPHE_PASSPHRASE: every process of the machine can read it there; name a file by PARAPHE_PASSPHRASE_FILE')
  const dataDirectory = resolve(read('PARAPHE_DATA') ?? './data')
  return {
    dataDirectory,
    auditCheckpoint: resolve(read('PARAPHE_AUDIT_CHECKPOINT') ?? join(dataDirectory, KEPT_CHECKPOINT)),
    passphraseFile: read('PARAPHE_PASSPHRASE_FILE') ?? credentialIn(environment['CREDENTIALS_DIRECTORY']),
    libreOffice: optional(read('PARAPHE_LIBREOFFICE'), officeOf),
    listen: listenOf('PARAPHE_LISTEN', read('PARAPHE_LISTEN') ?? '127.0.0.1:8080'),
    publicListen: optional(read('PARAPHE_PUBLIC_LISTEN'), (text) => listenOf('PARAPHE_PUBLIC_LISTEN', text)),
    url: optional(read('PARAPHE_URL'), (text) => originOf('PARAPHE_URL', text)),
    publicUrl: optional(read('PARAPHE_PUBLIC_URL'), (text) => originOf('PARAPHE_PUBLIC_URL', text)),
    databaseUrl: notYet('PARAPHE_DATABASE_URL'),
    vaultUrl: notYet('PARAPHE_VAULT_URL'),
    trustedProxies: listOf(read('PARAPHE_TRUSTED_PROXIES')),
    webhookHosts: listOf(read('PARAPHE_WEBHOOK_HOSTS')).map((host) => host.toLowerCase()),
  }
}

/** systemd's LoadCredential= and LoadCredentialEncrypted= (systemd.exec(5)). */
function credentialIn(directory: string | undefined): string | null {
  const path = directory ? join(directory, 'paraphe-passphrase') : null
  return path && existsSync(path) ? path : null
}

const listOf = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const optional = <T>(text: string | null, read: (text: string) => T): T | null => (text === null ? null : read(text))

function listenOf(name: SettingName, text: string): Listen {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535) throw new ConfigError(`${name}: "${text}" is not an address and a port, such as 127.0.0.1:8080`)
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port }
}

function officeOf(path: string): string {
  if (path !== 'none' && !existsSync(path)) throw new ConfigError(`PARAPHE_LIBREOFFICE: there is no file ${path}`)
  return path
}

/** The origin of a web address that has nothing behind its host. */
export function originOf(name: string, text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash || url.username)
    throw new ConfigError(`${name}: "${text}" is not a web address such as https://sign.example.com`)
  return url.origin
}
