import { closeSync, openSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { concat, fromUtf8, LaidAside, type Bytes, utf8 } from '../base/bytes.ts'

/**
 * A value of plain JSON with bytes in it, as one file: 4 bytes length of the JSON, the JSON, then the bytes one after the other. Neither
 * side trusts the other's file beyond that: no classes, no references, every offset inside.
 */
export function pack(value: unknown): Bytes {
  const { head, parts } = laidOut(value)
  return concat([head, ...parts.map((part) => (part instanceof LaidAside ? new Uint8Array() : part))])
}

/** The same, straight into a file of its owner's: the bytes are not copied beside it. */
export function writeParcel(path: string, value: unknown): void {
  const { head, parts } = laidOut(value)
  const file = openSync(path, 'w', 0o600)
  try {
    for (const part of [head, ...parts])
      if (!(part instanceof LaidAside)) for (let at = 0; at < part.length;) at += writeSync(file, part, at)
  } finally {
    closeSync(file)
  }
}

/** The same by the server, which has others to serve: piece by piece, and what is laid aside is never held whole. */
export async function sendParcel(path: string, value: unknown): Promise<void> {
  const { head, parts } = laidOut(value)
  const file = await open(path, 'w', 0o600)
  try {
    await writeAll(file, head)
    for (const part of parts) {
      if (!(part instanceof LaidAside)) await writeAll(file, part)
      else for await (const piece of part.pieces()) await writeAll(file, piece)
    }
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
}

function laidOut(value: unknown): { head: Bytes; parts: (Uint8Array | LaidAside)[] } {
  const parts: (Uint8Array | LaidAside)[] = []
  let at = 0
  const text = JSON.stringify(value, (_, inner: unknown) => {
    if (!(inner instanceof Uint8Array || inner instanceof LaidAside)) return inner
    const size = inner instanceof LaidAside ? inner.size : inner.length
    parts.push(inner)
    at += size
    return { $bytes: [at - size, size] }
  })
  const json = utf8(text ?? 'null')
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, json.length)
  return { head: concat([length, json]), parts }
}

/** Throws a RangeError or a SyntaxError where the file is not a parcel. */
export function unpack(file: Bytes): unknown {
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(0)
  const start = 4 + length
  if (start > file.length) throw new RangeError('the parcel is cut short')
  return JSON.parse(fromUtf8(file.subarray(4, start)), (_, inner: unknown) => {
    const place = (inner as { $bytes?: unknown } | null)?.$bytes
    if (!Array.isArray(place)) return inner
    const [offset, size] = place as [number, number]
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(size) || offset < 0 || size < 0 || start + offset + size > file.length)
      throw new RangeError('bytes outside the parcel')
    return file.slice(start + offset, start + offset + size)
  })
}
