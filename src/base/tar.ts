import { type Bytes, utf8 } from './bytes.ts'

const BLOCK = 512

/** The header of one plain file in a POSIX ustar archive (IEEE 1003.1, pax interchange). The name is ASCII, at most 100 bytes. */
export function tarHeader(name: string, size: number, seconds: number, mode = 0o644): Bytes {
  const header = new Uint8Array(BLOCK)
  const put = (at: number, text: string): void => header.set(utf8(text), at)
  const octal = (at: number, length: number, value: number): void => put(at, value.toString(8).padStart(length - 1, '0'))
  put(0, name)
  octal(100, 8, mode)
  octal(108, 8, 0)
  octal(116, 8, 0)
  octal(124, 12, size)
  octal(136, 12, seconds)
  put(148, '        ')
  put(156, '0')
  put(257, 'ustar\u000000')
  octal(
    148,
    7,
    header.reduce((sum, byte) => sum + byte, 0),
  )
  return header
}

/** What fills a file of this size up to whole blocks. */
export const tarPadding = (size: number): Bytes => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)

export const TAR_END = new Uint8Array(2 * BLOCK)

/** Size of the whole archive. */
export const tarSize = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + BLOCK + Math.ceil(size / BLOCK) * BLOCK, TAR_END.length)
