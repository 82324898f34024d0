import { existsSync } from 'node:fs'
import { consistencyProof, sha256, treeRoot, treeSize } from '../../audit/trail.ts'
import { isConsistent } from '../../audit/tree.ts'
import { readNote } from '../../audit/note.ts'
import { base64, type Bytes } from '../../base/bytes.ts'
import type { Db } from '../../db/open.ts'
import { type Command, UsageError } from '../command.ts'
import { configOfExisting, openFolder } from '../open-folder.ts'
import { witnessedIn } from './verify.ts'

interface State {
  readonly size: number
  readonly root: Bytes
}

/** Two states of the log, each a size or a file with a checkpoint: is the older one the beginning of the newer? Prints the proof (RFC 6962 §2.1.2). */
export const run: Command['run'] = async ([first, second, ...rest], environment) => {
  if (!first || !second || rest.length) throw new UsageError('name two sizes or two files with a checkpoint')
  const { folder, close } = await openFolder(configOfExisting(environment))
  try {
    const states = [await stateOf(folder.db, first), await stateOf(folder.db, second)].sort((a, b) => a.size - b.size)
    const [older, newer] = states as [State, State]
    if (newer.size > (await treeSize(folder.db))) throw new UsageError(`the log has no entry ${newer.size}`)
    const proof = await consistencyProof(folder.db, older.size, newer.size)
    const isOne = isConsistent(sha256, older, newer, proof)
    for (const { size, root } of [older, newer]) console.log(`${size} ${base64(root)}`)
    for (const hash of proof) console.log(`  ${base64(hash)}`)
    console.log(isOne ? 'Consistent: the older one is the beginning of the newer.' : 'NOT consistent: these are two logs.')
    return isOne ? 0 : 1
  } finally {
    await close()
  }
}

async function stateOf(db: Db, named: string): Promise<State> {
  if (/^\d{1,15}$/.test(named) && !existsSync(named)) {
    const size = Number(named)
    if (size > (await treeSize(db))) throw new UsageError(`the log has no entry ${size}`)
    return { size, root: await treeRoot(db, size) }
  }
  const note = readNote(witnessedIn(named).at(-1)!.note)
  if (!note) throw new UsageError(`there is no checkpoint in ${named}`)
  return note
}
