import { connect } from 'node:net'
import {
  AdminLimitExceededError,
  Client,
  ConfidentialityRequiredError,
  type Entry,
  type Filter,
  InsufficientAccessError,
  InvalidCredentialsError,
  InvalidDNSyntaxError,
  NoSuchObjectError,
  ResultCodeError,
  SizeLimitExceededError,
  StrongAuthRequiredError,
  TimeLimitExceededError,
} from 'ldapts'
import { SECOND } from '../base/instant.ts'
import { noteOutbound } from '../base/outbound.ts'
import { LdapFailure, type LdapFault, type LdapServer } from './server.ts'

const CONNECTING = 5 * SECOND
const ANSWERING = 10 * SECOND
/** Most entries that one search takes: an organisation, not a country. */
const MOST = 100_000

export interface LdapConnection extends AsyncDisposable {
  /** As the service account. */
  bindService(): Promise<void>
  /** Null: the password is that entry's. Otherwise what the directory said. An empty password is never sent: it would be no question at all (RFC 4513 §5.1.2). */
  bindAs(dn: string, password: string): Promise<string | null>
  search(base: string, filter: Filter | string, attributes: readonly string[], scope?: 'sub' | 'base'): Promise<Entry[]>
}

/**
 * One connection to the directory, encrypted as the settings say before anything is asked, with a limit on each answer. It is never made anew by
 * itself: after a loss everything fails, so that no password follows in the clear. Referrals (RFC 4511 §4.1.10) are not followed.
 */
export async function openConnection(server: LdapServer): Promise<LdapConnection> {
  noteOutbound('directory', server)
  let connections = 0
  const tls = { minVersion: 'TLSv1.2', ...(server.caPem ? { ca: server.caPem } : {}) } as const
  const once: typeof connect = ((...options: Parameters<typeof connect>) => {
    if (++connections > 1) throw new Error('the connection was lost')
    return connect(...options)
  }) as typeof connect
  const host = server.host.includes(':') ? `[${server.host}]` : server.host
  const client = new Client({
    url: `${server.security === 'tls' ? 'ldaps' : 'ldap'}://${host}:${server.port}`,
    connectTimeout: CONNECTING,
    timeout: ANSWERING,
    ...(server.security === 'tls' ? { tlsOptions: tls } : { createConnection: once }),
  })
  const close = (): Promise<void> => within(SECOND, client.unbind()).catch(() => {})
  if (server.security === 'starttls')
    try {
      // The host is compared with the certificate's names.
      await within(CONNECTING + ANSWERING, client.startTLS({ ...tls, host: server.host }))
    } catch (error) {
      void close()
      throw failureOf(error, error instanceof ResultCodeError ? 'starttls-refused' : 'unreachable')
    }
  return {
    async bindService() {
      if (server.bindDn && !server.password) throw new LdapFailure('service-refused', 'no password')
      try {
        await within(CONNECTING + ANSWERING, client.bind(server.bindDn, server.password))
      } catch (error) {
        throw failureOf(error, error instanceof ResultCodeError ? 'service-refused' : 'unreachable')
      }
    },
    async bindAs(dn, password) {
      if (!password || !dn) return 'no password'
      try {
        await within(CONNECTING + ANSWERING, client.bind(dn, password))
        return null
      } catch (error) {
        if (error instanceof InvalidCredentialsError || error instanceof NoSuchObjectError || error instanceof InvalidDNSyntaxError)
          return oneLine(error.message) || error.name
        throw failureOf(error, 'broken')
      }
    },
    async search(base, filter, attributes, scope = 'sub') {
      try {
        const { searchEntries } = await within(
          60 * SECOND,
          client.search(base, {
            scope,
            filter,
            attributes: [...attributes],
            explicitBufferAttributes: attributes.filter((name) => /^objectguid$/i.test(name)),
            derefAliases: 'never',
            timeLimit: ANSWERING / SECOND,
            ...(scope === 'sub' ? { paged: { pageSize: 500 } } : {}),
          }),
        )
        if (searchEntries.length > MOST) throw new LdapFailure('too-many', String(searchEntries.length))
        return searchEntries
      } catch (error) {
        throw failureOf(error, 'broken')
      }
    },
    [Symbol.asyncDispose]: close,
  }
}

const CERTIFICATE = /certificate|self.signed|altname|unable to verify|CERT_/i
const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE|connection|socket|Failed to connect/i

function failureOf(error: unknown, otherwise: LdapFault): LdapFailure {
  if (error instanceof LdapFailure) return error
  const { message, code } = error as Error & { code?: unknown }
  const text = oneLine(`${typeof code === 'string' ? `${code}: ` : ''}${message}`)
  return new LdapFailure(faultOf(error, text, otherwise), text, { cause: error })
}

function faultOf(error: unknown, text: string, otherwise: LdapFault): LdapFault {
  if (error instanceof SizeLimitExceededError || error instanceof AdminLimitExceededError) return 'too-many'
  if (error instanceof TimeLimitExceededError || /timed? ?out|timeout/i.test(text)) return 'timeout'
  if (error instanceof NoSuchObjectError || error instanceof InvalidDNSyntaxError)
    return otherwise === 'service-refused' ? otherwise : 'base-unknown'
  if (error instanceof StrongAuthRequiredError || error instanceof ConfidentialityRequiredError) return 'not-allowed'
  if (error instanceof InsufficientAccessError) return otherwise === 'service-refused' ? otherwise : 'not-allowed'
  if (error instanceof ResultCodeError) return otherwise
  if (CERTIFICATE.test(text)) return 'certificate'
  return UNREACHABLE.test(text) ? 'unreachable' : otherwise
}

const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 300)

async function within<T>(time: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new LdapFailure('timeout', `no answer in ${time / SECOND} s`)), time)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}
