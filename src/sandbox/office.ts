import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bytes, LaidAside } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import { count } from '../log/counts.ts'
import { Line } from './line.ts'
import { MOST_WRITTEN, OFFICE_FENCES, officeCommand, officeEnvironment, type OfficeFence } from './office-fence.ts'
import type { OfficeKind } from './office-file.ts'
import { writeProfile } from './office-profile.ts'
import { privateFolder } from './private-folder.ts'

export type OfficePlace = Pick<Config, 'dataDirectory' | 'libreOffice'>

export interface OfficeFacts extends OfficeFence {
  readonly program: string
  /** `7.4.7.2` */
  readonly version: string
}

/** Two would fight for the same cores; a conversion takes a second or two. */
const line = new Line(1, 16)
const MILLISECONDS = 60_000
const PROBE = 20_000

/** What each kind is read as: nothing is guessed from the contents. */
const FILTERS: Readonly<Record<OfficeKind, string>> = {
  docx: 'MS Word 2007 XML',
  doc: 'MS Word 97',
  odt: 'writer8',
  rtf: 'Rich Text Format',
}

/** LibreOffice on this machine: the one that is named, or the first that is found; null where there is none, or the setting is `none`. */
export function officeProgram({ libreOffice }: Pick<Config, 'libreOffice'>): string | null {
  if (libreOffice === 'none') return null
  if (libreOffice) return existsSync(libreOffice) ? libreOffice : null
  return (
    Bun.which('soffice') ??
    Bun.which('libreoffice') ??
    ['/usr/lib/libreoffice/program/soffice', '/opt/libreoffice/program/soffice'].find((path) => existsSync(path)) ??
    null
  )
}

const known = new Map<string, Promise<OfficeFacts | null>>()

/** Its version and what holds it on this machine; null where it is not there or does not start. Asked once in the life of the process. */
export function officeFacts(place: OfficePlace): Promise<OfficeFacts | null> {
  const program = officeProgram(place)
  if (!program) return Promise.resolve(null)
  const key = `${program}\n${place.dataDirectory}`
  const facts = known.get(key) ?? probe(place, program)
  known.set(key, facts)
  // What did not start may have been updated at that moment: it is asked again.
  void facts.then((found) => found ?? known.delete(key))
  return facts
}

async function probe(place: OfficePlace, program: string): Promise<OfficeFacts | null> {
  for (const fence of OFFICE_FENCES) {
    const told = await inFolder(place, (folder) => run(place, { fence, program, folder, milliseconds: PROBE, args: () => ['--version'] }))
    const version = /LibreOffice\S* ([\d.]+)/.exec(told ?? '')?.[1]
    if (version) return { ...fence, program, version }
  }
  return null
}

/**
 * A text document as a PDF. No network, no macros, no links, bounded time, memory and size; the folder goes in every case, and so does every process.
 * Refused: `document.office-unavailable`, `document.office-unreadable`, `document.too-heavy`, `sandbox.busy`.
 */
export async function officeToPdf(
  place: OfficePlace,
  { file, kind, signal }: { readonly file: Bytes | LaidAside; readonly kind: OfficeKind; readonly signal?: AbortSignal },
): Promise<{ pdf: Bytes; by: string }> {
  const facts = await officeFacts(place)
  if (!facts) throw new Refusal('invalid', 'document.office-unavailable')
  const release = await line.enter(signal)
  try {
    const pdf = await inFolder(place, async (folder) => {
      await writeFile(join(folder, `document.${kind}`), file)
      const profile = writeProfile(folder)
      const told = await run(place, {
        fence: facts,
        program: facts.program,
        folder,
        milliseconds: MILLISECONDS,
        ...(signal ? { signal } : {}),
        args: (seen) => [
          `-env:UserInstallation=file://${seen}/${profile}`,
          '--headless',
          '--norestore',
          '--nologo',
          '--nodefault',
          '--nolockcheck',
          `--infilter=${FILTERS[kind]}`,
          '--convert-to',
          'pdf:writer_pdf_Export',
          '--outdir',
          seen,
          `${seen}/document.${kind}`,
        ],
      })
      if (told === null) throw new Refusal('invalid', 'document.too-heavy')
      const made = join(folder, 'document.pdf')
      if (!existsSync(made) || !statSync(made).size) throw new Refusal('invalid', 'document.office-unreadable')
      if (statSync(made).size >= MOST_WRITTEN) throw new Refusal('invalid', 'document.too-heavy')
      return Bun.file(made).bytes()
    })
    return { pdf, by: `LibreOffice ${facts.version}` }
  } finally {
    release()
  }
}

async function inFolder<T>(place: OfficePlace, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(privateFolder(place), 'office-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** What it printed, or null where it had to be ended. */
async function run(
  place: OfficePlace,
  asked: {
    readonly fence: OfficeFence
    readonly program: string
    readonly folder: string
    readonly milliseconds: number
    readonly signal?: AbortSignal
    readonly args: (seen: string) => string[]
  },
): Promise<string | null> {
  const made = officeCommand(asked.fence, { program: asked.program, folder: asked.folder, dataDirectory: place.dataDirectory })
  if (!made) return ''
  const child = Bun.spawn([...made.command, ...asked.args(made.seen)], {
    cwd: asked.folder,
    env: officeEnvironment(made.seen),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
    // A group of its own, so that all of it can be ended together.
    detached: true,
  })
  count({ name: 'child', kind: 'office', what: 'started' })
  let isOver = false
  const end = (): void => {
    isOver = true
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      child.kill('SIGKILL')
    }
  }
  const timer = setTimeout(() => {
    count({ name: 'child', kind: 'office', what: 'killed' })
    end()
  }, asked.milliseconds)
  asked.signal?.addEventListener('abort', end)
  process.once('exit', end)
  try {
    const told = await new Response(child.stdout).text()
    await child.exited
    asked.signal?.throwIfAborted()
    return isOver || child.signalCode ? null : told
  } finally {
    clearTimeout(timer)
    asked.signal?.removeEventListener('abort', end)
    process.off('exit', end)
    // What it left running goes with it.
    end()
  }
}

async function writeFile(path: string, bytes: Bytes | LaidAside): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    if (bytes instanceof Uint8Array) await file.writeFile(bytes)
    else for await (const piece of bytes.pieces()) await file.writeFile(piece)
  } finally {
    await file.close()
  }
}
