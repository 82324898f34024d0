import type { Bytes } from '../base/bytes.ts'
import { PdfFault } from './fault.ts'

/** Both ways by the streams that servers and browsers have alike. Asynchronous, but a mark in colour is a megabyte without it. */
export async function deflate(bytes: Uint8Array): Promise<Bytes> {
  return collect(new CompressionStream('deflate'), bytes, Number.POSITIVE_INFINITY)
}

/** Stops at `limit`: a few hundred bytes may announce gigabytes. */
export async function inflate(bytes: Uint8Array, limit: number): Promise<Bytes> {
  return collect(new DecompressionStream('deflate'), bytes, limit)
}

async function collect(through: CompressionStream | DecompressionStream, bytes: Uint8Array, limit: number): Promise<Bytes> {
  const writer = through.writable.getWriter()
  const written = writer.write(Uint8Array.from(bytes)).then(() => writer.close())
  written.catch(() => {})
  const reader = through.readable.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      length += value.length
      if (length > limit) throw new PdfFault('read.too-large')
    }
    await written
  } catch (error) {
    await reader.cancel().catch(() => {})
    throw error instanceof PdfFault ? error : new PdfFault('read.malformed-stream')
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
