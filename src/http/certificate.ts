import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Instant, instant } from '../base/instant.ts'
import { ConfigError, type TlsFiles } from '../config/config.ts'

/** With what the server shows who it is. */
export interface ServerCertificate {
  /** PEM: the server's own first, then what stands between it and the root. */
  readonly cert: string
  readonly key: string
  readonly notAfter: Instant
}

/** Throws `ConfigError` where a browser could not use it: unreadable, a key of another certificate, ended, not begun. */
export function readServerCertificate({ certificate, key }: TlsFiles, at: Instant): ServerCertificate {
  const [cert, secret] = [textOf('PARAPHE_TLS_CERTIFICATE', certificate), textOf('PARAPHE_TLS_KEY', key)]
  const own = parsed(`PARAPHE_TLS_CERTIFICATE: there is no certificate (PEM) in ${certificate}`, () => new X509Certificate(cert))
  const known = parsed(`PARAPHE_TLS_KEY: there is no private key (PEM, without a passphrase) in ${key}`, () => createPrivateKey(secret))
  if (!own.checkPrivateKey(known))
    throw new ConfigError(`PARAPHE_TLS_KEY: the key in ${key} does not belong to the first certificate in ${certificate}`)
  const [notBefore, notAfter] = [instant(new Date(own.validFrom).getTime()), instant(new Date(own.validTo).getTime())]
  if (notAfter <= at) throw new ConfigError(`PARAPHE_TLS_CERTIFICATE: the certificate in ${certificate} ended on ${notAfter.slice(0, 10)}`)
  if (notBefore > at)
    throw new ConfigError(`PARAPHE_TLS_CERTIFICATE: the certificate in ${certificate} begins on ${notBefore.slice(0, 10)}`)
  return { cert, key: secret, notAfter }
}

function textOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new ConfigError(`${name}: the file ${path} cannot be read`)
  }
}

function parsed<T>(message: string, read: () => T): T {
  try {
    return read()
  } catch {
    throw new ConfigError(message)
  }
}
