import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { type Bytes, equalBytes, hex, utf8 } from '../../base/bytes.ts'
import { keyId } from '../checkpoint.ts'
import { type Note, readNote } from '../note.ts'
import type { Findings } from './finding.ts'

/** Every key that ever signed checkpoints of this log, by its SPKI. */
export type LogKeys = readonly { readonly raw: Uint8Array; readonly key: KeyObject }[]

export const logKeysOf = (spkis: readonly Bytes[]): LogKeys =>
  spkis.map((spki) => ({ raw: spki.slice(-32), key: createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }) }))

/** A checkpoint as somebody gave it to us, and where from. */
export interface Given {
  readonly note: string
  readonly what: string
  /** What the row beside it says. */
  readonly size?: number
  readonly root?: Uint8Array
}

/** Takes each note apart, compares it with its row, verifies name and signature. What is left is to be compared with the tree, by size. */
export function readNotes(given: readonly Given[], keys: LogKeys, findings: Findings): (Note & { readonly what: string })[] {
  const notes: (Note & { readonly what: string })[] = []
  let origin: string | null = null
  for (const { note: text, what, size, root } of given) {
    const note = readNote(text)
    if (!note || (size !== undefined && note.size !== size) || (root && !equalBytes(note.root, root))) {
      findings.add('checkpoint-unreadable', size ?? note?.size ?? 0, what)
      continue
    }
    origin ??= note.origin
    if (note.origin !== origin) findings.add('checkpoint-foreign', note.size, note.origin)
    if (!isSigned(note, keys)) findings.add('checkpoint-unsigned', note.size, what)
    notes.push({ ...note, what })
  }
  return notes.sort((a, b) => a.size - b.size)
}

/** Ed25519 over the body, by a key whose hash is that of the note (c2sp.org/signed-note). */
const isSigned = ({ origin, body, keyId: claimed, signature }: Note, keys: LogKeys): boolean =>
  keys.some(({ raw, key }) => hex(keyId(origin, raw)) === hex(claimed) && verify(null, utf8(body), key, signature))

/** A witness's file or a mail: every note in it. */
export const notesIn = (text: string): string[] =>
  text
    .replaceAll('\r\n', '\n')
    .match(/^[^\n—]+\n\d+\n[A-Za-z0-9+/]{43}=\n\n— [^\n]+\n?/gm)
    ?.map((note) => (note.endsWith('\n') ? note : `${note}\n`)) ?? []
