import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { checkPassword } from '../access/password.ts'
import { systemAct } from '../audit/act.ts'
import { recoverKeys } from '../authority/protection.ts'
import { issueServerCertificate, readHostName } from '../authority/server-certificate.ts'
import { verifierFile } from '../verification/alone.ts'
import { type Environment, UsageError } from './command.ts'
import { configOfExisting, openFolder } from './open-folder.ts'
import { openHouse } from './open-house.ts'

const VERBS: Readonly<Record<string, (args: readonly string[], environment: Environment) => Promise<number>>> = {
  verifier,
  'server-certificate': serverCertificate,
  recover,
}

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
  const { house, close } = await openHouse(configOfExisting(environment))
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
  const { folder, close } = await openFolder(configOfExisting(environment))
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
  const { out } = parsed(args, { out: { type: 'string' } })
  if (!out) throw new UsageError('authority verifier --out verifier.html')
  return out
}

const USAGE = 'authority server-certificate --host NAME [--host NAME]… [--address IP]… --out DIR'

/** Key and certificate for this server, its proxy or another one of the house; works beside a running server. Nothing is overwritten. */
async function serverCertificate(args: readonly string[], environment: Environment): Promise<number> {
  const { names, out } = serverOf(args)
  const { house, passphraseFile, close } = await openHouse(configOfExisting(environment))
  try {
    // Here nobody can unlock them by a page.
    if (house.keys.needsPassphrase() && passphraseFile !== 'opened')
      throw new UsageError('a passphrase protects the authority’s keys: name a file that holds it by PARAPHE_PASSPHRASE_FILE')
    await mkdir(out, { recursive: true, mode: 0o700 })
    const [key, certificate] = [join(out, 'key.pem'), join(out, 'certificate.pem')]
    // Both places are taken before anything is issued.
    const opened: { path: string; file: FileHandle }[] = []
    try {
      for (const [path, mode] of [[key, 0o600] as const, [certificate, 0o644] as const])
        opened.push({ path, file: await newFile(path, mode) })
      const made = await issueServerCertificate(house, systemAct(house.clock()), names)
      await opened[0]!.file.writeFile(made.key)
      await opened[1]!.file.writeFile(made.certificate)
      for (const { file } of opened) await file.sync()
      console.log(
        `Wrote ${key} and ${certificate}: for ${names.join(', ')}, until ${made.notAfter.slice(0, 10)}, serial ${made.serial}.\n` +
          'Whoever trusts the company’s root trusts it: Console › Authority › How others trust it.',
      )
    } catch (error) {
      for (const { path } of opened) await rm(path, { force: true })
      throw error
    } finally {
      for (const { file } of opened) await file.close()
    }
    return 0
  } finally {
    await close()
  }
}

async function newFile(path: string, mode: number): Promise<FileHandle> {
  try {
    const file = await open(path, 'wx', mode)
    await file.chmod(mode)
    return file
  } catch (error) {
    throw new UsageError((error as NodeJS.ErrnoException).code === 'EEXIST' ? `${path} is there already` : (error as Error).message)
  }
}

function serverOf(args: readonly string[]): { readonly names: readonly string[]; readonly out: string } {
  const many = { type: 'string', multiple: true } as const
  const { host = [], address = [], out } = parsed(args, { host: many, address: many, out: { type: 'string' } })
  if (!out || !(host.length + address.length)) throw new UsageError(USAGE)
  const names = host.map((text) => {
    const name = readHostName(text)
    if (!name) throw new UsageError(`--host "${text}" is not a name such as sign.intra.example${isIP(text) ? '; say --address' : ''}`)
    return name
  })
  for (const one of address) if (!isIP(one)) throw new UsageError(`--address "${one}" is not an address such as 10.0.0.5`)
  return { names: [...new Set([...names, ...address])], out }
}

function parsed<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
