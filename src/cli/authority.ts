import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { checkPassword } from '../access/password.ts'
import { systemAct } from '../audit/act.ts'
import { recoverKeys } from '../authority/protection.ts'
import { readConfig } from '../config/config.ts'
import { verifierFile } from '../verification/alone.ts'
import { type Environment, UsageError } from './command.ts'
import { openFolder } from './open-folder.ts'
import { openHouse } from './open-house.ts'

const VERBS: Readonly<Record<string, (args: readonly string[], environment: Environment) => Promise<number>>> = { verifier, recover }

/** What the certificate authority gives to others, and its keys on the day when what opens them is lost. */
export async function run([verb = '', ...args]: readonly string[], environment: Environment): Promise<number> {
  const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (!work) throw new UsageError(`say ${Object.keys(VERBS).join(', ')}`)
  return work(args, environment)
}

/**
 * For whoever owns the machine and has the recovery secret. Both secrets come by standard input, a line each: an argument can be read by every
 * process. A running server goes on with the keys that it holds, and asks for the new passphrase at its next start.
 */
async function recover(args: readonly string[], environment: Environment): Promise<number> {
  if (args.some((arg) => arg !== '--key-file')) throw new UsageError('authority recover [--key-file]')
  const byFile = args.includes('--key-file')
  console.error(
    byFile
      ? 'Type the recovery secret.'
      : 'Type the recovery secret, then on a line of its own the new passphrase (12 characters at least).',
  )
  const [recovery = '', passphrase = ''] = await typedLines(byFile ? 1 : 2)
  const { house, close } = await openHouse(readConfig(environment))
  try {
    if (!byFile) checkPassword(passphrase, [])
    const renewed = await recoverKeys(house, systemAct(house.clock()), recovery, byFile ? 'key-file' : { passphrase })
    console.log(`The keys are open to what you chose. Your new recovery secret, shown this once; write it down:\n\n  ${renewed}\n`)
    return 0
  } finally {
    await close()
  }
}

async function typedLines(count: number): Promise<string[]> {
  const lines: string[] = []
  for await (const line of console) {
    lines.push(line)
    if (lines.length === count) break
  }
  return lines
}

/** One HTML file that verifies by itself; works beside a running server. */
async function verifier(args: readonly string[], environment: Environment): Promise<number> {
  const out = outOf(args)
  const { folder, close } = await openFolder(readConfig(environment))
  try {
    const html = await verifierFile(folder, folder.clock())
    await writeFile(out, html)
    console.log(`Wrote ${out} (${Math.ceil(html.length / 1_000)} kB): it verifies what this company sealed, with no network.`)
    return 0
  } finally {
    await close()
  }
}

function outOf(args: readonly string[]): string {
  try {
    const { values } = parseArgs({ args: [...args], options: { out: { type: 'string' } } })
    if (values.out) return values.out
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  throw new UsageError('authority verifier --out verifier.html')
}
