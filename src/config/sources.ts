import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { nearest } from './nearest.ts'
import { credentialOf, keyOf, SETTING_NAMES, type SettingName, settingOf, shownName } from './settings.ts'

/** A setting that cannot be read: its message names the setting and says what is wrong. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Where a value was said; `name` as it is written there, `path` of the file that it stands in. */
export interface Source {
  readonly from: 'environment' | 'credential' | 'file'
  readonly name: string
  readonly path: string | null
}

export interface SaidValue {
  readonly text: string
  readonly source: Source
}

/** Worth a look, and no reason not to start. */
export type ConfigWarning =
  | { readonly kind: 'unknown'; readonly name: string; readonly nearest: string }
  | { readonly kind: 'readable'; readonly path: string; readonly mode: string }

export interface Said {
  readonly values: ReadonlyMap<SettingName, SaidValue>
  readonly settingsFile: string | null
  readonly warnings: readonly ConfigWarning[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Set for tests by the program itself, and by nobody else. */
const NO_SETTINGS = new Set(['PARAPHE_FAILPOINT'])
/** So few letters away, a name of the environment is a mistake and not somebody else's. */
const A_SLIP = 2

/**
 * All that is said outside the console. What is said twice counts in this order: the environment (a value, or the file that `…_FILE` names; not both),
 * a systemd credential, the settings file. Throws `ConfigError` for a name that the settings file or, by a slip, the environment has and nobody knows.
 */
export function readSaid(environment: Environment): Said {
  const warnings: ConfigWarning[] = []
  const values = new Map<SettingName, SaidValue>()
  const credentials = environment['CREDENTIALS_DIRECTORY'] || null
  for (const name of SETTING_NAMES) {
    const said = inEnvironment(environment, name, warnings) ?? (credentials ? inCredentials(credentials, name) : null)
    if (said) values.set(name, said)
  }
  warnings.push(...unknownNames(environment), ...(credentials ? unknownCredentials(credentials) : []))
  const settingsFile = settingsFileOf(values)
  if (settingsFile)
    for (const [name, said] of inSettingsFile(settingsFile, warnings)) {
      const isLate = name === 'PARAPHE_CONFIG' || (name === 'PARAPHE_DATA' && !values.has('PARAPHE_CONFIG'))
      if (isLate) throw new ConfigError(`${settingsFile}: ${said.source.name} is needed to find this very file; give it as ${name}`)
      if (!values.has(name)) values.set(name, said)
    }
  return { values, settingsFile, warnings }
}

function inEnvironment(environment: Environment, name: SettingName, warnings: ConfigWarning[]): SaidValue | null {
  const { kind, secret, isFileOnly } = settingOf(name)
  const [text, path] = [environment[name]?.trim(), environment[`${name}_FILE`]?.trim()]
  if (text && isFileOnly) throw new ConfigError(`${name}: every process of the machine can read it there; name a file by ${name}_FILE`)
  if (text && path) throw new ConfigError(`${name} and ${name}_FILE: only one of the two can count`)
  if (text && secret === 'file') warnIfOpen(text, warnings)
  if (text) return { text, source: { from: 'environment', name, path: null } }
  if (!path) return null
  const source: Source = { from: 'environment', name: `${name}_FILE`, path }
  if (secret || isFileOnly) warnIfOpen(path, warnings)
  const value = kind === 'file' ? path : textOf(path, source.name)
  return value ? { text: value, source } : null
}

function inCredentials(directory: string, name: SettingName): SaidValue | null {
  const path = join(directory, credentialOf(name))
  if (!existsSync(path)) return null
  const text = settingOf(name).kind === 'file' ? path : textOf(path, credentialOf(name))
  return text ? { text, source: { from: 'credential', name: credentialOf(name), path } } : null
}

function textOf(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new ConfigError(`${name}: the file ${path} cannot be read`)
  }
}

function settingsFileOf(values: ReadonlyMap<SettingName, SaidValue>): string | null {
  const named = values.get('PARAPHE_CONFIG')?.text
  if (named) return resolve(named)
  const folder = resolve(values.get('PARAPHE_DATA')?.text ?? './data')
  const found = ['paraphe.toml', 'paraphe.json'].map((name) => join(folder, name)).filter((path) => existsSync(path))
  if (found.length > 1) throw new ConfigError(`${found.join(' and ')}: only one of the two can count`)
  return found[0] ?? null
}

function* inSettingsFile(path: string, warnings: ConfigWarning[]): Iterable<[SettingName, SaidValue]> {
  const seen = new Set<SettingName>()
  for (const [key, value] of entriesOf(parsed(path), '')) {
    const isPath = key.endsWith('_file')
    const name = SETTING_NAMES.find((one) => keyOf(one) === key || (isPath && `${keyOf(one)}_file` === key))
    if (!name) throw new ConfigError(`${path}: there is no setting ${key}${meant(key, SETTING_NAMES.map(keyOf))}`)
    const { kind, secret, isFileOnly } = settingOf(name)
    if (seen.has(name)) throw new ConfigError(`${path}: ${keyOf(name)} is said twice`)
    seen.add(name)
    if (isFileOnly && !isPath) throw new ConfigError(`${path}: ${key} is never given by its text; name a file by ${key}_file`)
    if (Array.isArray(value) && kind !== 'list') throw new ConfigError(`${path}: ${key} is no list`)
    const typed = [value].flat().join(',').trim()
    if (secret === 'file') warnIfOpen(typed, warnings)
    if (secret === 'all' || /:\/\/[^/]*:[^/]*@/.test(typed)) warnIfOpen(isPath ? typed : path, warnings)
    const text = isPath && kind !== 'file' ? textOf(typed, `${path}: ${key}`) : typed
    if (text) yield [name, { text, source: { from: 'file', name: key, path } }]
  }
}

/** What a table is called itself stands in it under this name: `[smtp] url` is `smtp`, `[log] format` is `log`. */
const ITSELF: Readonly<Record<string, string>> = { smtp_: 'url', log_: 'format' }

type Scalar = string | number | boolean

/** Tables of the file are another way to write the same: `[smtp] password` is `smtp_password`. */
function* entriesOf(table: object, prefix: string): Iterable<[key: string, value: Scalar | Scalar[]]> {
  for (const [name, value] of Object.entries(table) as [string, unknown][]) {
    const own = name.toLowerCase().replaceAll('-', '_')
    const key = prefix && own === ITSELF[prefix] ? prefix.slice(0, -1) : `${prefix}${own}`
    if (isScalar(value) || (Array.isArray(value) && value.every(isScalar))) yield [key, value as Scalar | Scalar[]]
    else if (value && typeof value === 'object' && !Array.isArray(value)) yield* entriesOf(value, `${key}_`)
    else throw new ConfigError(`${key}: neither text nor a number nor a list of these`)
  }
}

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)

function parsed(path: string): object {
  const text = textOf(path, 'PARAPHE_CONFIG')
  try {
    const read: unknown = path.endsWith('.json') ? JSON.parse(text) : Bun.TOML.parse(text)
    if (read && typeof read === 'object' && !Array.isArray(read)) return read
  } catch {
    // What the reader says quotes the file, which may hold secrets.
    throw new ConfigError(`${path}: ${path.endsWith('.json') ? 'not JSON' : `${placeOfFault(text)}: not TOML; text stands in quotes`}`)
  }
  throw new ConfigError(`${path}: not a table of names and values`)
}

/** Behind the longest part from the start, in whole lines, that can be read: there, at the value, is what cannot. */
function placeOfFault(text: string): string {
  const lines = text.split('\n').slice(0, MOST_LINES)
  for (let count = lines.length - 1; count >= 0; count--) {
    try {
      Bun.TOML.parse(lines.slice(0, count).join('\n'))
      const wrong = lines[count] ?? ''
      return `line ${count + 1}, column ${(/^[^=]*=\s*/.exec(wrong)?.[0].length ?? 0) + 1}`
    } catch {}
  }
  return 'line 1, column 1'
}

const MOST_LINES = 1_000

/** Others of the same machine can read it, or a group can change it. What a container brings as a secret is readable there by design. */
function warnIfOpen(path: string, warnings: ConfigWarning[]): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  if (!(mode & 0o027) || path.startsWith('/run/secrets/') || warnings.some((one) => one.kind === 'readable' && one.path === path)) return
  warnings.push({ kind: 'readable', path, mode: (mode & 0o777).toString(8).padStart(4, '0') })
}

const KNOWN = new Set(SETTING_NAMES.flatMap((name) => [name, `${name}_FILE`]))

function* unknownNames(environment: Environment): Iterable<ConfigWarning> {
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('PARAPHE_') || KNOWN.has(name) || NO_SETTINGS.has(name) || !environment[name]) continue
    const found = nearest(name, [...KNOWN])!
    const suggested = found.name.endsWith('_FILE') ? found.name : shownName(found.name as SettingName)
    if (found.distance <= A_SLIP || isNearlyWhole(name)) throw new ConfigError(`${name}: there is no such setting; is it ${suggested}?`)
    yield { kind: 'unknown', name, nearest: suggested }
  }
}

/** A name cut short by an ending, or in the singular: PARAPHE_TRUSTED_PROXY. */
const isNearlyWhole = (name: string): boolean =>
  [name, name.replace(/Y$/, 'IES'), `${name}S`].some((one) =>
    [...KNOWN].some((known) => known === one || (known.startsWith(`${one}`) && known.length - one.length <= 4)),
  )

function* unknownCredentials(directory: string): Iterable<ConfigWarning> {
  const known = SETTING_NAMES.map(credentialOf)
  for (const name of existsSync(directory) ? readdirSync(directory) : [])
    if (name.startsWith('paraphe-') && !known.includes(name)) yield { kind: 'unknown', name, nearest: nearest(name, known)!.name }
}

function meant(key: string, names: readonly string[]): string {
  const found = nearest(key, names)
  return found ? `; is it ${found.name}?` : ''
}
