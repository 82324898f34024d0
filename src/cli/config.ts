import { parseArgs } from 'node:util'
import { type Config, readConfig } from '../config/config.ts'
import { SETTING_NAMES, type SettingName, settingOf, shownName } from '../config/settings.ts'
import { type ConfigWarning, readSaid, type SaidValue, type Source } from '../config/sources.ts'
import { type Command, UsageError } from './command.ts'

interface ShownSetting {
  readonly name: string
  /** Null: not said, and without a value of its own. */
  readonly value: string | null
  readonly source: string
  readonly does: string
}

/** What counts, and who said so; needs no server and opens no data. Secrets are never printed. */
export const run: Command['run'] = async ([verb = '', ...args], environment) => {
  if (verb !== 'show') throw new UsageError('say show')
  const { json } = parsed(args)
  const said = readSaid(environment)
  const config = readConfig(environment)
  const settings = SETTING_NAMES.map((name) => shown(name, said.values.get(name)))
  if (json)
    console.log(JSON.stringify({ settingsFile: config.settingsFile, settings, warnings: config.warnings.map(warningSentence) }, null, 2))
  else console.log(asText(config, settings))
  return 0
}

function parsed(args: readonly string[]): { json: boolean } {
  try {
    return { json: parseArgs({ args: [...args], options: { json: { type: 'boolean' } } }).values.json ?? false }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function shown(name: SettingName, said: SaidValue | undefined): ShownSetting {
  const { does, otherwise = null } = settingOf(name)
  return said
    ? { name: shownName(name), value: hidden(name, said.text), source: sourceSentence(said.source), does }
    : { name: shownName(name), value: otherwise, source: otherwise ? 'default' : 'not said', does }
}

const HIDDEN = '(hidden)'

/** A password in an address is hidden wherever it stands; of a secret, everything. */
const hidden = (name: SettingName, text: string): string =>
  settingOf(name).secret === 'all' ? HIDDEN : text.replace(/(:\/\/[^/?#@:]*):.*@/, `$1:${HIDDEN}@`)

function sourceSentence({ from, name, path }: Source): string {
  if (from === 'environment') return path ? `environment, ${name}=${path}` : 'environment'
  return from === 'credential' ? `systemd credential ${name}` : `${name} in ${path}`
}

export const warningSentence = (warning: ConfigWarning): string =>
  warning.kind === 'unknown'
    ? `${warning.name}: no setting of this name; the nearest is ${warning.nearest}`
    : `${warning.path}: holds a secret, and others can read or change it (mode ${warning.mode}); chmod 600 it`

function asText(config: Config, settings: readonly ShownSetting[]): string {
  const width = Math.max(...settings.map(({ name }) => name.length))
  return [
    `settings file: ${config.settingsFile ?? 'none'}`,
    '',
    ...settings.map(
      ({ name, value, source }) => `${name.padEnd(width)}  ${value === null ? '–' : printable(value)}  (${printable(source)})`,
    ),
    ...(config.warnings.length ? ['', ...config.warnings.map((warning) => `look  ${warningSentence(warning)}`)] : []),
  ].join('\n')
}

const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '�')
