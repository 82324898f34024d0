import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DAY, instant, later } from '../base/instant.ts'
import type { Look } from './doctor.ts'

/** Names of the environment that look like settings and are none; null where there are none. */
export const settingNames: Look = async ({ config }) => {
  const unknown = config.warnings.filter((warning) => warning.kind === 'unknown')
  if (!unknown.length) return null
  const facts = { names: unknown.map(({ name }) => name).join(', '), nearest: unknown.map(({ nearest }) => nearest).join(', ') }
  return { name: 'setting-names', state: 'wait', facts }
}

/** Files of secrets that others of the machine can read; null where there are none. */
export const settingFiles: Look = async ({ config }) => {
  const open = config.warnings.filter((warning) => warning.kind === 'readable')
  if (!open.length) return null
  return { name: 'setting-files', state: 'wait', facts: { files: open.map(({ path, mode }) => `${path} (${mode})`).join(', ') } }
}

/** The server's own certificate, where it speaks TLS; somebody should know 30 days before it ends. */
export const tls: Look = async ({ config }, at) => {
  if (!config.tls) return null
  const { certificate, isOwn } = config.tls
  const name = isOwn ? 'tls-own' : 'tls'
  try {
    const { validTo } = new X509Certificate(readFileSync(certificate))
    const notAfter = instant(validTo)
    const state = notAfter <= at ? 'stop' : notAfter <= later(at, 30 * DAY) ? 'wait' : 'good'
    return { name, state, facts: { certificate, until: notAfter.slice(0, 10) } }
  } catch {
    return { name, state: 'stop', facts: { certificate, until: '–' } }
  }
}
