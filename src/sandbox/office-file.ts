import { inflateRawSync } from 'node:zlib'
import type { Bytes } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'

/** A text document of a word processor: what is converted before it is a document. */
export type OfficeKind = 'docx' | 'doc' | 'odt' | 'rtf'

const ZIP = [0x50, 0x4b, 0x03, 0x04]
/** [MS-CFB] §2.2. */
const COMPOUND = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
const RICH_TEXT = [0x7b, 0x5c, 0x72, 0x74, 0x66]

/** Whether the first 8 bytes may begin such a file. */
export const mayBeOffice = (begin: Uint8Array): boolean =>
  [ZIP, COMPOUND, RICH_TEXT].some((start) => start.every((byte, at) => begin[at] === byte))

const MOST_ENTRIES = 5_000
const MOST_UNPACKED = 300_000_000
const MOST_MANIFEST = 4_000_000

/**
 * What it is by its contents; null where it is none of them. Refused: `document.office-password`, `document.damaged`, and `document.too-heavy` where it
 * would unpack to more than 300 MB.
 */
export function officeKindOf(file: Bytes): OfficeKind | null {
  const begins = (start: readonly number[]): boolean => start.every((byte, at) => file[at] === byte)
  if (begins(RICH_TEXT)) return 'rtf'
  if (begins(COMPOUND)) return compoundKind(file)
  if (!begins(ZIP)) return null
  const entries = entriesOf(file)
  if (entries.has('word/document.xml')) return 'docx'
  const kind = entries.get('mimetype')
  if (!kind || !entries.has('content.xml') || textOf(file, kind).trim() !== 'application/vnd.oasis.opendocument.text') return null
  const manifest = entries.get('META-INF/manifest.xml')
  if (manifest && textOf(file, manifest).includes('encryption-data')) throw new Refusal('invalid', 'document.office-password')
  return 'odt'
}

interface Entry {
  readonly at: number
  readonly packed: number
  readonly unpacked: number
  readonly isDeflated: boolean
}

/** By the central directory (APPNOTE 6.3.10 §4.3.12), within bounds. */
function entriesOf(file: Bytes): Map<string, Entry> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let end = file.length - 22
  while (end > Math.max(0, file.length - 65_557) && view.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw new Refusal('invalid', 'document.damaged')
  const count = view.getUint16(end + 10, true)
  if (count > MOST_ENTRIES) throw new Refusal('invalid', 'document.too-heavy')
  const entries = new Map<string, Entry>()
  let total = 0
  for (let nth = 0, at = view.getUint32(end + 16, true); nth < count; nth++) {
    if (at + 46 > file.length || view.getUint32(at, true) !== 0x02014b50) throw new Refusal('invalid', 'document.damaged')
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [number, number, number]
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength))
    const entry = {
      at: view.getUint32(at + 42, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      isDeflated: view.getUint16(at + 10, true) === 8,
    }
    total += entry.unpacked
    if (total > MOST_UNPACKED) throw new Refusal('invalid', 'document.too-heavy')
    entries.set(name, entry)
    at += 46 + nameLength + extra + comment
  }
  return entries
}

function textOf(file: Bytes, { at, packed, isDeflated }: Entry): string {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  try {
    const from = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
    const bytes = file.subarray(from, from + packed)
    return new TextDecoder().decode(
      isDeflated ? inflateRawSync(bytes, { maxOutputLength: MOST_MANIFEST }) : bytes.subarray(0, MOST_MANIFEST),
    )
  } catch {
    throw new Refusal('invalid', 'document.damaged')
  }
}

/** Names of streams in a compound file are UTF-16; Word's text begins with its file information block ([MS-DOC] §2.5.2). */
function compoundKind(file: Bytes): OfficeKind | null {
  const has = (name: string): boolean => Buffer.from(file.buffer, file.byteOffset, file.byteLength).includes(Buffer.from(name, 'utf16le'))
  // A protected DOCX is packed whole into a compound file ([MS-OFFCRYPTO] §2.3.4.4).
  if (has('EncryptedPackage')) throw new Refusal('invalid', 'document.office-password')
  if (!has('WordDocument')) return null
  for (let at = 512; at + 12 <= file.length; at += 512)
    if (file[at] === 0xec && file[at + 1] === 0xa5) {
      // fEncrypted, the ninth bit of the flags at 10.
      if (file[at + 11]! & 1) throw new Refusal('invalid', 'document.office-password')
      break
    }
  return 'doc'
}
