import { closeSync, openSync, writeSync } from 'node:fs'
import { type Bytes, concat, fromUtf8, utf8 } from '../base/bytes.ts'

/**
 * A value of plain JSON with bytes in it, as one file: 4 bytes length of the JSON, the JSON, then the bytes one after the other. Neither
 * side trusts the other's file beyond that: no classes, no references, every offset inside.
 */
export const pack = (value: unknown): Bytes => concat(partsOf(value))

/** The same, straight into a file of its owner's: the bytes are not copied beside it. */
export function writeParcel(path: string, value: unknown): void {
  const file = openSync(path, 'w', 0o600)
  try {
    for (const part of partsOf(value)) for (let at = 0; at < part.length;) at += writeSync(file, part, at)
  } finally {
    closeSync(file)
  }
}

function partsOf(value: unknown): Uint8Array[] {
  const parts: Uint8Array[] = []
  let at = 0
  const text = JSON.stringify(value, (_, inner: unknown) => {
    if (!(inner instanceof Uint8Array)) return inner
    parts.push(inner)
    at += inner.length
    return { $bytes: [at - inner.length, inner.length] }
  })
  const json = utf8(text ?? 'null')
  const head = new Uint8Array(4)
  new DataView(head.buffer).setUint32(0, json.length)
  return [head, json, ...parts]
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
