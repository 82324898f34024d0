import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config/config.ts'
import { isLanguage } from '../view/words.ts'
import { setupAddress } from '../upkeep/setup-secret.ts'
import { type Command, UsageError } from './command.ts'
import { signContract } from './demo-contract.ts'
import { freePort } from './free-port.ts'
import { startRunning } from './running.ts'

/**
 * A throw-away installation on a free port, driven by HTTP through the pages that people use: set up, the sample contract sent, signed by
 * the company and by the client with what the administrator opens for them in the Outbox, sealed, taken out of the vault.
 */
export const run: Command['run'] = async (args) => {
  const out = valueOf(args, '--out')
  if (!out) throw new UsageError('say where to write: paraphe demo --out DIR')
  const language = valueOf(args, '--language') ?? 'en'
  if (!isLanguage(language)) throw new UsageError('--language is en or fr')
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-demo-'))
  const port = freePort()
  const running = await startRunning(readConfig({ PARAPHE_DATA: join(folder, 'data'), PARAPHE_LISTEN: `127.0.0.1:${port}` }), {
    onJobError: (job, error) => console.error(`${job.kind}: ${error instanceof Error ? error.message : error}`),
  })
  try {
    const files = await signContract(`http://127.0.0.1:${port}`, language, (origin) => setupAddress(origin, running.house.secretKey))
    mkdirSync(out, { recursive: true })
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(out, name), bytes)
    console.log(`Wrote ${Object.keys(files).join(', ')} to ${out}`)
    return 0
  } finally {
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const valueOf = (args: readonly string[], name: string): string | undefined => {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args[at + 1]
}
