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
