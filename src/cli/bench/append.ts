import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownProgram } from '../../base/program.ts'
import type { Bytes } from '../../base/bytes.ts'
import { DAY, instant, later, systemClock } from '../../base/instant.ts'
import { fillHole, sign } from '../../pdf/append.ts'
import type { Head } from '../../pdf/head.ts'
import { newSerial, issueCertificate } from '../../pki/certificate.ts'
import { signCms } from '../../pki/cms.ts'
import { generateKeyPair, signerOf } from '../../pki/key.ts'
import type { Signer } from '../../pki/signer.ts'
import { newDigester } from '../../store/digester.ts'
import { best, type Figure, timed } from './figure.ts'
import { hashAndSign, MEGABYTE, preparedScan, through } from './file.ts'

interface Signatory {
  readonly signer: Signer
  readonly certificate: Bytes
}

interface Base {
  readonly path: string
  readonly head: Head
}

/** Hash, CMS and writing of one signer's revision, over SHA-256 of the same file and one signature. */
export async function append(folder: string, megabytes: number): Promise<Figure> {
  const base = await baseOf(folder, megabytes)
  const signatory = await newSignatory()
  const measured = await best(
    megabytes < 100 ? 40 : 8,
    { run: () => appendTo(base, signatory) },
    { run: () => hashAndSign(base.path, signatory.signer) },
  )
  return timed(`append.${megabytes}MB`, measured, 'SHA-256 of the file and one P-256 signature')
}

/** From a file to another: the kernel copies while this thread hashes; of the file no more is held than one buffer. */
async function appendTo({ path, head }: Base, { signer, certificate }: Signatory): Promise<void> {
  const tail = await sign(head, {
    field: 'S1_sig',
    appearance: null,
    filled: [],
    at: instant(Date.now()),
    name: 'Bench',
    contentsBytes: 8_192,
  })
  const copied = copyFile(path, outOf(path))
  const whole = newDigester()
  through(path, (piece) => whole.update(piece))
  const covered = whole.copy()
  covered.update(tail.before)
  covered.update(tail.after)
  const appended = fillHole(tail, await signCms({ digest: covered.digest(), certificate, chain: [], signer }))
  whole.update(appended)
  whole.digest()
  await copied
  const file = openSync(outOf(path), 'a')
  writeSync(file, appended)
  closeSync(file)
}

const outOf = (path: string): string => `${path}.out`

/** A prepared file and its head in the folder, where no earlier figure has left them. */
async function baseOf(folder: string, megabytes: number): Promise<Base> {
  const [path, facts] = [join(folder, `${megabytes}.pdf`), join(folder, `${megabytes}.json`)]
  if (!existsSync(facts)) {
    const { pdf, head } = await preparedScan(megabytes * MEGABYTE)
    writeFileSync(path, pdf)
    writeFileSync(facts, JSON.stringify(head))
  }
  return { path, head: JSON.parse(readFileSync(facts, 'utf8')) as Head }
}

export async function newSignatory(): Promise<Signatory> {
  const pair = await generateKeyPair('ecdsa-p256')
  const signer = await signerOf('ecdsa-p256', pair.pkcs8)
  const at = systemClock()
  const certificate = await issueCertificate(
    { profile: 'root', subject: { commonName: 'Bench' }, spki: pair.spki, serial: newSerial(), notBefore: at, notAfter: later(at, DAY) },
    signer,
  )
  return { signer, certificate }
}

const MIB = 1_024
const MOST_MEMORY = 64

/** In a process of its own, in which nothing else has made room: the greatest resident memory during the append, less that before it. */
export async function appendMemory(folder: string): Promise<Figure> {
  for (const megabytes of [1, 100]) await baseOf(folder, megabytes)
  const child = Bun.spawn([...ownProgram(), 'bench', '--memory-in', folder], { stdout: 'pipe', stderr: 'inherit' })
  const value = Number(await new Response(child.stdout).text())
  if ((await child.exited) !== 0 || !Number.isFinite(value)) throw new Error('the append in a process of its own failed')
  return {
    name: 'append.100MB.memory',
    value,
    unit: 'MiB',
    limit: MOST_MEMORY,
    ratio: value / MOST_MEMORY,
    over: 'what it may take beside the process',
  }
}

/** What the child of `appendMemory` does. Warm by small appends, so that the code itself is not counted. */
export async function measureMemory(folder: string): Promise<number> {
  const [small, large] = [await baseOf(folder, 1), await baseOf(folder, 100)]
  const signatory = await newSignatory()
  for (let round = 0; round < 5; round++) await appendTo(small, signatory)
  Bun.gc(true)
  // The peak so far is forgotten (proc(5), clear_refs); where that is not allowed, the earlier peak counts too.
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {}
  const before = resident('VmRSS')
  await appendTo(large, signatory)
  const growth = resident('VmHWM') - before
  return Math.max(0, growth) / MIB
}

/** KiB, as Linux counts them. */
const resident = (name: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
