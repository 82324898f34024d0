import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Given, notesIn } from '../../audit/checking/notes.ts'
import { keptCheckpointIn } from '../../audit/kept.ts'
import { type LogReport, verifyLog } from '../../audit/verifying.ts'
import { fill, words } from '../../view/words.ts'
import { type Command, UsageError } from '../command.ts'
import { configOfExisting, openFolder } from '../open-folder.ts'

/** 0: whole. 1: something is wrong. Works beside a running server, and changes nothing. */
export const run: Command['run'] = async (args, environment) => {
  const { json, files } = parsed(args)
  const config = configOfExisting(environment)
  const witnessed = files.flatMap(witnessedIn)
  const { folder, close } = await openFolder(config)
  try {
    const report = await verifyLog(folder.db, keptCheckpointIn(config.auditCheckpoint), witnessed)
    if (json) console.log(JSON.stringify({ ok: report.count === 0, ...report }))
    else tell(report)
    return report.count === 0 ? 0 : 1
  } finally {
    await close()
  }
}

function parsed(args: readonly string[]): { json: boolean; files: readonly string[] } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, checkpoint: { type: 'string', multiple: true } },
    })
    return { json: values.json ?? false, files: values.checkpoint ?? [] }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** A mail, or what a witness kept. */
export function witnessedIn(file: string): Given[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`${file} cannot be read`)
  }
  const notes = notesIn(text)
  if (!notes.length) throw new UsageError(`there is no checkpoint in ${file}`)
  return notes.map((note) => ({ note, what: file }))
}

function tell({ size, root, checkpoints, signedUpTo, clear, erased, breaks, findings, count }: LogReport): void {
  const { log } = words('en')
  console.log(fill(log.read, { size, root, checkpoints, signedUpTo, clear, erased }))
  for (const { seq, at } of breaks) console.log(fill(log.break, { seq, at }))
  for (const { kind, at, what } of findings) console.log(`✗ ${fill(log.findings[kind], { at, what })}`)
  if (count > findings.length) console.log(fill(log.more, { count: count - findings.length }))
  console.log(count ? log.broken(count) : log.whole)
}
