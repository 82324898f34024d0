import { resolve } from 'node:path'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { systemClock } from '../base/instant.ts'
import { readConfig } from '../config/config.ts'
import { closeSandbox } from '../sandbox/run.ts'
import { drill } from '../upkeep/backup/drilling.ts'
import { findBackup, openBackup } from '../upkeep/backup/opening.ts'
import { type Restored, restoreBackup } from '../upkeep/backup/restoring.ts'
import { beginRun, endDrill, failRun } from '../upkeep/backup/runs.ts'
import { type Command, UsageError } from './command.ts'
import { configOfExisting, openFolder } from './open-folder.ts'
import { secretFrom } from './secrets.ts'

const USAGE = 'restore DIR --to DATA | restore DIR --drill [--temporary DIR] [--backup ID] [--passphrase-file FILE]'

/** 0: restored, or the drill found everything good. 1: not, and nothing was changed. */
export const run: Command['run'] = async (args, environment) => {
  const { values, positionals } = parsed(args)
  const [named] = positionals
  if (named === undefined || positionals.length > 1 || (values.to === undefined) === !values.drill) throw new UsageError(USAGE)
  const folder = resolve(named)
  const outer = findBackup(folder, values.backup)
  const passphrase = await secretFrom(values['passphrase-file'], `Recovery passphrase of the backup ${outer.id}`)
  const opened = await openBackup(folder, outer, passphrase)
  if (values.drill) return drilled(opened, resolve(values.temporary ?? tmpdir()), folder, environment)
  const target = resolve(values.to ?? '')
  process.umask(0o077)
  const { auditCheckpoint } = readConfig({ ...environment, PARAPHE_DATA: target, PARAPHE_DATA_FILE: undefined })
  tell(await restoreBackup(opened, { target, auditCheckpoint, at: systemClock() }, progress), target)
  return 0
}

async function drilled(
  opened: Awaited<ReturnType<typeof openBackup>>,
  under: string,
  from: string,
  environment: Parameters<Command['run']>[1],
): Promise<number> {
  const { folder, close } = await openFolder(configOfExisting(environment))
  const run = await beginRun(folder.db, folder.clock(), { kind: 'drill', origin: 'command-line', folder: from })
  try {
    const { restored, objects, bytes, documents, faults, seconds } = await drill(opened, folder.config, folder.clock, under, progress)
    await endDrill(folder.db, folder.clock(), run, { backup: restored.id, objects, documents, faults: faults.length })
    console.log(`Drill of the backup ${restored.id}: restored in a temporary place and taken away again, ${seconds} s.`)
    console.log(
      `${objects} files, ${bytes} bytes, ${documents} finished documents judged, audit log whole up to entry ${restored.entries}.`,
    )
    for (const fault of faults) console.log(`✗ ${fault}`)
    console.log(faults.length ? `${faults.length} faults` : 'Everything is as it was. The drill is recorded.')
    return faults.length ? 1 : 0
  } catch (error) {
    await failRun(folder.db, folder.clock(), run, error)
    throw error
  } finally {
    closeSandbox()
    await close()
  }
}

function tell({ id, madeAt, chunks, objects, entries, held, migrations, settings, standing }: Restored, target: string): void {
  console.log(`Restored the backup ${id} of ${madeAt} to ${target}.`)
  console.log(`${objects} files in ${chunks} pieces, each compared; the audit log is whole up to entry ${entries}.`)
  if (migrations.length) console.log(`Brought to this version: ${migrations.join(', ')}.`)
  if (held)
    console.log(
      `${held} messages had not gone when the backup was made, and may have gone since. They wait in the Outbox under “failed”; send again what is needed.`,
    )
  const set = Object.entries(settings).flatMap(([name, value]) => settingLine(name, value) ?? [])
  if (set.length) console.log(['Settings of the old machine, to be set again:', ...set].join('\n  '))
  if (standing === 'behind' || standing === 'forked')
    console.log(
      'What was signed last outside is newer than this backup. The server will not start before you say: paraphe audit continue --reason TEXT',
    )
  console.log(`Start the server with PARAPHE_DATA=${target}.`)
}

/** As the environment takes it; null where it was not set, or was a path of the old machine. */
function settingLine(name: string, value: unknown): string | null {
  if (name === 'auditCheckpoint' || value === null || (Array.isArray(value) && !value.length)) return null
  const { host, port } = value as { readonly host?: string; readonly port?: number }
  const text = Array.isArray(value) ? value.join(',') : host === undefined ? String(value) : `${host}:${port}`
  return `PARAPHE_${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}=${text}`
}

let shown = 0
const progress = (phase: string, done: number, total: number): void => {
  if (!process.stderr.isTTY || performance.now() - shown < 500) return
  shown = performance.now()
  process.stderr.write(`\r${phase} ${done}/${total} `)
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: 'string' },
        drill: { type: 'boolean' },
        temporary: { type: 'string' },
        backup: { type: 'string' },
        'passphrase-file': { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
