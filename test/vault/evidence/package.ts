import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packEvidence } from '../../../src/vault/evidence/package.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'
import { actOf, ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'

/** A contract signed by both sides and sealed, through the rooms. */
export async function completedEnvelope(test: TestHouse): Promise<string> {
  const user = await ann(test)
  const draft = await draftFor(test, user, [CLAIRE, MARIE])
  await send(test, user, draft)
  for (const name of ['Claire', 'Marie']) await sign(test, (await recipientNamed(test, draft.id, name)).id)
  await test.drain()
  return draft.id
}

export const openSealingHouse = (): Promise<TestHouse> => openTestHouse({ authority: true })

/** A package as whoever receives it has it before them: in a folder, to be changed and judged. */
export class Unpacked implements Disposable {
  readonly #outer = mkdtempSync(join(tmpdir(), 'paraphe-evidence-'))
  readonly folder: string

  constructor(zip: Uint8Array) {
    writeFileSync(join(this.#outer, 'evidence.zip'), zip)
    const { exitCode, stdout } = Bun.spawnSync(['unzip', '-q', 'evidence.zip'], { cwd: this.#outer })
    if (exitCode !== 0) throw new Error(String(stdout))
    this.folder = join(
      this.#outer,
      readdirSync(this.#outer).find((name) => name !== 'evidence.zip')!,
    )
  }

  path = (...names: string[]): string => join(this.folder, ...names)
  text = (name: string): string => readFileSync(this.path(name), 'utf8')
  bytes = (name: string): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(this.path(name)))
  write = (name: string, content: string | Uint8Array): void => writeFileSync(this.path(name), content)
  remove = (name: string): void => rmSync(this.path(name))
  edit(name: string, change: (text: string) => string): void {
    const before = this.text(name)
    const after = change(before)
    if (after === before) throw new Error(`${name} was not changed`)
    this.write(name, after)
  }
  flip(name: string, at: number): void {
    const bytes = this.bytes(name)
    bytes[at < 0 ? bytes.length + at : at]! ^= 1
    this.write(name, bytes)
  }

  /** Every file but SHA256SUMS, in order. */
  files(folder = ''): string[] {
    const found = readdirSync(this.path(folder)).map((name) => (folder ? `${folder}/${name}` : name))
    return found
      .flatMap((name) => (statSync(this.path(name)).isDirectory() ? this.files(name) : [name]))
      .filter((name) => name !== 'SHA256SUMS')
      .sort()
  }
  get document(): string {
    return `documents/${readdirSync(this.path('documents'))[0]!}`
  }

  /** What a careful forger does last. */
  sumAgain(): void {
    this.write(
      'SHA256SUMS',
      this.files()
        .map((name) => `${digest(this.bytes(name))}  ${name}\n`)
        .join(''),
    )
  }

  /** In an empty environment, and without a network where the machine allows that. */
  judge(tools = '/usr/bin:/bin'): { status: number; said: string; faults: string[] } {
    const shell = ['env', '-i', `PATH=${tools}`, '/bin/sh', 'verify.sh']
    const { exitCode, stdout, stderr } = Bun.spawnSync([...fence, ...shell], { cwd: this.folder })
    const said = `${stdout}${stderr}`
    return { status: exitCode, said, faults: [...said.matchAll(/^ {2}FAIL {2}(.*)$/gm)].map(([, what]) => what!) }
  }

  [Symbol.dispose](): void {
    rmSync(this.#outer, { recursive: true, force: true })
  }
}

const fence = Bun.spawnSync(['unshare', '-rn', 'true']).exitCode === 0 ? ['unshare', '-rn'] : []

export const digest = (bytes: string | Uint8Array): string => new Bun.CryptoHasher('sha256').update(bytes).digest('hex')

export async function packed(test: TestHouse, envelopeId: string): Promise<Uint8Array> {
  const evidence = await packEvidence(test.house, actOf(test.house, await ann(test)), envelopeId)
  const pieces: Uint8Array[] = []
  for await (const piece of evidence.stream()) pieces.push(Uint8Array.from(piece))
  const zip = Buffer.concat(pieces)
  if (zip.length !== evidence.size) throw new Error(`the package has ${zip.length} bytes, not ${evidence.size}`)
  return zip
}
