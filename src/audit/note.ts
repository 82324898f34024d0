import { type Bytes, fromBase64 } from '../base/bytes.ts'

/** A signed note of c2sp.org/tlog-checkpoint, taken apart and not yet verified. */
export interface Note {
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly root: Bytes
  /** What is signed: everything before the empty line, with its line break. */
  readonly body: string
  readonly keyId: Bytes
  /** 64 bytes. */
  readonly signature: Bytes
}

const NOTE =
  /^(?<body>(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n)\n— (?<name>[^\n]+) (?<signature>[A-Za-z0-9+/]{91}=)\n$/

/** Null where the text is not a checkpoint with exactly one signature under its own name. */
export function readNote(text: string): Note | null {
  const { body, origin, size, root, name, signature } = NOTE.exec(text)?.groups ?? {}
  if (!body || !origin || !root || !signature || name !== origin || !Number.isSafeInteger(Number(size))) return null
  const bytes = fromBase64(signature)
  return { origin, size: Number(size), root: fromBase64(root), body, keyId: bytes.slice(0, 4), signature: bytes.slice(4) }
}
