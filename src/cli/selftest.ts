import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeSandbox } from '../sandbox/run.ts'
import { type Installation, openInstallation } from './bench/installation.ts'
import { UsageError } from './command.ts'
import { CHECKS, type Workshop } from './selftest/checks.ts'

/** Every library in the program, each at its own work in a throw-away folder: exit status 0 where all of them do it. */
export async function run(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg !== '--json')) throw new UsageError('selftest [--json]')
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-selftest-'))
  let opened: Promise<Installation> | undefined
  const workshop: Workshop = { folder, installation: () => (opened ??= openInstallation(folder)), made: new Map() }
  let broken = 0
  try {
    for (const [name, { check }] of Object.entries(CHECKS)) {
      const began = performance.now()
      const told = await check(workshop).then(
        (found) => ({ ok: true, found }),
        (error: unknown) => ({ ok: false, found: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }),
      )
      const ms = Math.round(performance.now() - began)
      if (!told.ok) broken++
      if (args.includes('--json')) console.log(JSON.stringify({ name, ...told, ms }))
      else console.log(`${told.ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(24)} ${`${ms} ms`.padStart(8)}  ${told.found}`)
    }
  } finally {
    closeSandbox()
    await opened?.then(({ close }) => close()).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
  return broken ? 1 : 0
}
