import { linkSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { holdersOf } from '../access/rights.ts'
import type { User } from '../access/roles.ts'
import { findUser, findUserByAddress } from '../access/users.ts'
import { systemAct } from '../audit/act.ts'
import { LaidAside } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { type SealedFile, sealFinished } from '../envelope/sealing-finished.ts'
import type { House } from '../house.ts'
import { closeSandbox } from '../sandbox/run.ts'
import { streamObject } from '../store/object.ts'
import { fill, words } from '../view/words.ts'
import { type Environment, UsageError } from './command.ts'
import { configOfExisting } from './open-folder.ts'
import { openHouse } from './open-house.ts'

const USAGE = 'seal FILE… --out DIR [--owner ADDRESS] [--data DIR] [--json]'
/** A file is read, drawn and judged in children: more at once than there are processors gains nothing. */
const AT_ONCE = Math.min(4, availableParallelism())

type Told =
  | { readonly file: string; readonly state: 'refused'; readonly reason: string; readonly message: string }
  | ({ readonly file: string; readonly state: 'sealed' | 'already-sealed'; readonly out: string } & Omit<SealedFile, 'isKnown'>)

/** Works beside a running server. Exit status 0 where every file is sealed and written, 1 where one was refused. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  const { files, out, owner: address, data, json } = asked(args)
  const { house, close } = await openHouse(configOfExisting({ ...environment, ...(data ? { PARAPHE_DATA: data } : {}) }))
  try {
    if (house.keys.isLocked()) throw new Refusal('unavailable', 'authority.locked')
    const owner = await ownerOf(house.db, address)
    mkdirSync(out, { recursive: true })
    const rest = files.entries()
    const taken = new Set<string>()
    let [done, refused] = [0, 0]
    const lane = async (): Promise<void> => {
      for (const [, file] of rest) {
        const told = await sealOne(house, owner, file, out, taken)
        done++
        if (told.state === 'refused') refused++
        if (json) console.log(JSON.stringify(told))
        else console.log(lineOf(told))
        if (process.stderr.isTTY) process.stderr.write(`${done} of ${files.length}\r`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    if (!json) console.log(`${done - refused} sealed, ${refused} refused`)
    return refused ? 1 : 0
  } finally {
    closeSandbox()
    await close()
  }
}

async function sealOne(house: House, owner: User, file: string, out: string, taken: Set<string>): Promise<Told> {
  const name = basename(file)
  const path = join(out, name)
  try {
    if (taken.has(name) || statSync(path, { throwIfNoEntry: false })) throw new Refusal('conflict', 'sealing.exists', { name })
    taken.add(name)
    const bytes = readable(file, name)
    const { isKnown, ...sealed } = await sealFinished(house, systemAct(house.clock()), owner, { name, bytes })
    await writeNew(house.db, sealed.digest, path, name)
    return { file, state: isKnown ? 'already-sealed' : 'sealed', out: path, ...sealed }
  } catch (error) {
    // What is wrong with one file stops no other.
    const reason = error instanceof Refusal ? error.reason : 'sealing.failed'
    return { file, state: 'refused', reason, message: error instanceof Refusal ? sentence(error) : String(error) }
  }
}

function readable(file: string, name: string): LaidAside {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) throw new Refusal('invalid', 'sealing.unreadable', { name })
  return new LaidAside(found.size, () => Bun.file(file).stream() as unknown as AsyncIterable<Uint8Array>)
}

/** There under its name whole or not at all, and never in place of what is there: a link refuses a name that is taken. */
async function writeNew(db: Db, digest: Digest, path: string, name: string): Promise<void> {
  const part = `${path}.${process.pid}.part`
  try {
    const handle = await open(part, 'wx', 0o644)
    try {
      for await (const piece of streamObject(db, digest)) await handle.writeFile(piece)
      await handle.sync()
    } finally {
      await handle.close()
    }
    linkSync(part, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Refusal('conflict', 'sealing.exists', { name })
    throw error
  } finally {
    rmSync(part, { force: true })
  }
}

/** Whose documents they are in the vault: the address that was said, else the administrator who has been here longest. */
async function ownerOf(db: Db, address: string | undefined): Promise<User> {
  if (address) {
    const user = await findUserByAddress(db, address)
    if (!user || user.disabledAt) throw new UsageError(`nobody here signs in as ${address}`)
    return user
  }
  const holders = await holdersOf(db, (permissions) => permissions.console.settings)
  const first = await db
    .selectFrom('user')
    .select('id')
    .where('disabledAt', 'is', null)
    .where('id', 'in', [...holders, ''])
    .orderBy('createdAt')
    .orderBy('id')
    .executeTakeFirst()
  if (!first) throw new UsageError('there is no administrator yet; set the house up first')
  return findUser(db, first.id)
}

const sentence = ({ reason, params }: Refusal): string =>
  fill((words('en').refusals as Readonly<Record<string, string>>)[reason] ?? reason, params)

const lineOf = (told: Told): string =>
  told.state === 'refused'
    ? `refused  ${told.file}: ${told.message}`
    : `${told.state === 'sealed' ? 'sealed ' : 'known  '}  ${told.file} → ${told.out}  ${told.documentId}`

function asked(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: 'string' }, owner: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean' } },
    })
    if (!values.out || !positionals.length) throw new Error(USAGE)
    return { files: positionals, out: values.out, owner: values.owner, data: values.data, json: values.json ?? false }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
