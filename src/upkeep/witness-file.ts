import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { Refusal } from '../base/refusal.ts'

/** A path that a witness may be appended to, as it is kept; refused where it is none. Whether it can be written is seen by writing. */
export function readWitnessPath(typed: string, dataDirectory: string): string {
  const path = resolve(typed)
  if (!isAbsolute(typed) || /[\p{Cc}]/u.test(typed) || typed.endsWith('/')) throw new Refusal('invalid', 'witness.path-invalid')
  if (!relative(dataDirectory, path).startsWith('..')) throw new Refusal('invalid', 'witness.in-data')
  return path
}

/** Beside the data on one disk, it dies with the data, and whoever can rewrite one can rewrite the other. */
export function isOnSameVolume(path: string, dataDirectory: string): boolean {
  try {
    return statSync(dirname(path)).dev === statSync(dataDirectory).dev
  } catch {
    return false
  }
}

/**
 * Appends the notes, flushed to the disk. Nothing but an empty file, or one that begins with a checkpoint, is appended to, and no link is
 * followed: a path typed by mistake harms no other file. A crash between this and our own record of it appends the same note twice, which
 * harms nothing.
 */
export function appendToWitness(path: string, notes: readonly string[]): void {
  const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW } = constants
  let file: number
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error('it is no plain file')
    file = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
  } catch (error) {
    throw failed(error)
  }
  try {
    if (fstatSync(file).size > 0 && !/^[^\n]+\n\d+\n[A-Za-z0-9+/]{43}=\n\n— /.test(headOf(file)))
      throw new Refusal('conflict', 'witness.other-file')
    writeSync(file, notes.map((note) => `${note}\n`).join(''))
    fsyncSync(file)
  } catch (error) {
    throw failed(error)
  } finally {
    closeSync(file)
  }
}

function headOf(file: number): string {
  const head = new Uint8Array(1_024)
  return new TextDecoder().decode(head.subarray(0, readSync(file, head, 0, head.length, 0)))
}

const failed = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal('conflict', 'witness.not-written', { detail: error instanceof Error ? error.message.slice(0, 300) : String(error) })
