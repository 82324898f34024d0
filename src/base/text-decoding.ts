export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof ENCODINGS)[number]

/**
 * The encoding of a text file: what its mark says; UTF-16 where every other byte is nought; UTF-8 where it is that without a fault; else Windows-1252,
 * in which every byte means something.
 */
export function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const start = bytes.subarray(0, 2_000)
  const zeros = [0, 0]
  for (const [at, byte] of start.entries()) if (byte === 0) zeros[at & 1]!++
  if (zeros[1]! > start.length / 5 && !zeros[0]) return 'utf-16le'
  if (zeros[0]! > start.length / 5 && !zeros[1]) return 'utf-16be'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return 'utf-8'
  } catch {
    return 'windows-1252'
  }
}

/** Without the mark at its beginning. What an encoding cannot say becomes U+FFFD. */
export const decoded = (bytes: Uint8Array, encoding: Encoding): string => new TextDecoder(encoding).decode(bytes).replace(/^\ufeff/, '')
