import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '../config/config.ts'
import { verifierFile } from '../verification/alone.ts'
import { type Environment, UsageError } from './command.ts'
import { openFolder } from './open-folder.ts'

const VERBS: Readonly<Record<string, (args: readonly string[], environment: Environment) => Promise<number>>> = { verifier }

/** What the certificate authority gives to others. */
export async function run([verb = '', ...args]: readonly string[], environment: Environment): Promise<number> {
  const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (!work) throw new UsageError(`say ${Object.keys(VERBS).join(', ')}`)
  return work(args, environment)
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
