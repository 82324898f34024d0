import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkPassword } from '../access/password.ts'
import { systemAct } from '../audit/act.ts'
import { carryOutBackup } from '../upkeep/backup/carrying-out.ts'
import { listBackups, type OuterManifest, readBackupPath } from '../upkeep/backup/folder.ts'
import { findBackup, lookFromOutside } from '../upkeep/backup/opening.ts'
import { beginRun, choosePassphrase } from '../upkeep/backup/runs.ts'
import { verifyInside } from '../upkeep/backup/verifying.ts'
import { type Environment, UsageError } from './command.ts'
import { configOfExisting, openFolder } from './open-folder.ts'
import { secretFrom } from './secrets.ts'

const VERBS: Readonly<Record<string, (args: readonly string[], environment: Environment) => Promise<number>>> = { verify, list, passphrase }

/** Works beside a running server. A folder is named by a path, so `./verify` is one and `verify` is not. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  const [first = '', ...rest] = args
  const verb = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined
  return verb ? verb(rest, environment) : make(args, environment)
}

async function make(args: readonly string[], environment: Environment): Promise<number> {
  const { folder: typed, json } = parsed(args)
  const config = configOfExisting(environment)
  const path = readBackupPath(resolve(typed), config.dataDirectory)
  const { folder, close } = await openFolder(config)
  try {
    const run = await beginRun(folder.db, folder.clock(), { kind: 'backup', origin: 'command-line', folder: path })
    const facts = await carryOutBackup(folder, run, path)
    if (json) console.log(JSON.stringify({ ok: true, folder: path, ...facts }))
    else {
      console.log(`Backup ${facts.id}: ${facts.newChunks} new of ${facts.chunks} pieces, ${facts.written} bytes written.`)
      if (facts.withoutTables) console.log('The tables are in PostgreSQL: back them up by pg_dump or its continuous archive.')
      if (facts.let) console.log(`${facts.let} earlier ones were let go.`)
    }
    return 0
  } finally {
    await close()
  }
}

/** 0: whole. 1: not. With the passphrase everything is opened; without it the files are compared with their sums. */
async function verify(args: readonly string[], _environment: Environment): Promise<number> {
  const { folder, json, backup, passphraseFile, outside } = parsed(args)
  const outer = findBackup(resolve(folder), backup)
  const report = lookFromOutside(resolve(folder), outer)
  const inside =
    outside || report.faults.length
      ? null
      : await verifyInside(resolve(folder), outer, await secretFrom(passphraseFile, 'Recovery passphrase'))
  const faults = [...report.faults, ...(inside?.faults ?? [])]
  if (json) console.log(JSON.stringify({ ok: faults.length === 0, opened: inside !== null, ...report, ...inside, faults }))
  else {
    console.log(`Backup ${outer.id} of ${outer.madeAt}: ${report.chunks} pieces, ${report.bytes} bytes`)
    for (const fault of faults) console.log(`✗ ${fault}`)
    if (inside && !faults.length) console.log(`Opened: ${inside.rows} rows in ${inside.tables} tables, log up to entry ${inside.entries}.`)
    console.log(
      faults.length ? 'NOT whole.' : inside ? 'Whole: it can be restored.' : 'Every file is as it was written; it was not opened.',
    )
  }
  return faults.length ? 1 : 0
}

async function list(args: readonly string[], _environment: Environment): Promise<number> {
  const { folder, json } = parsed(args)
  const backups = listBackups(resolve(folder))
  const told = ({ id, madeAt, version, chunks, chunkBytes }: OuterManifest) => ({ id, madeAt, version, chunks, bytes: chunkBytes })
  if (json) console.log(JSON.stringify(backups.map(told)))
  else
    for (const one of backups.map(told)) console.log(`${one.id}\t${one.madeAt}\t${one.version}\t${one.chunks} pieces\t${one.bytes} bytes`)
  return 0
}

/** Backups made before are opened by the passphrase of then. */
async function passphrase(args: readonly string[], environment: Environment): Promise<number> {
  const { values } = options(args)
  const { folder, close } = await openFolder(configOfExisting(environment))
  try {
    const typed = await secretFrom(values['passphrase-file'], 'New recovery passphrase (12 characters at least)')
    checkPassword(typed, [])
    const key = await choosePassphrase(folder, systemAct(folder.clock()), typed)
    console.log(
      `Backups are sealed to the key ${key} from now on. Keep the passphrase apart from this machine: without it no backup opens.`,
    )
    return 0
  } finally {
    await close()
  }
}

function options(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        outside: { type: 'boolean' },
        backup: { type: 'string' },
        'passphrase-file': { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function parsed(args: readonly string[]) {
  const { values, positionals } = options(args)
  const [folder] = positionals
  if (folder === undefined || positionals.length > 1) throw new UsageError('say which folder: paraphe backup DIR')
  return {
    folder,
    json: values.json ?? false,
    outside: values.outside ?? false,
    backup: values.backup,
    passphraseFile: values['passphrase-file'],
  }
}
