import { type Bytes, concat, utf8 } from '../base/bytes.ts'

/** SHA-256, one piece at a time; the tree is small enough for the platform's synchronous hash to be passed in. */
export type Sha256 = (bytes: Uint8Array) => Bytes

const LEAF = new Uint8Array([0])
const NODE = new Uint8Array([1])

/** RFC 6962 §2.1: leaf = SHA-256(0x00 ‖ entry). */
export const leafHash = (sha256: Sha256, entry: string): Bytes => sha256(concat([LEAF, utf8(entry)]))
/** RFC 6962 §2.1: node = SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Bytes => sha256(concat([NODE, left, right]))

/** A complete subtree: 2^level leaves that begin at position × 2^level. */
export interface Node {
  readonly level: number
  readonly position: number
}

/** The complete subtrees that make up a tree of `size` leaves, largest first. */
export function peaks(size: number): Node[] {
  const nodes: Node[] = []
  for (let level = Math.ceil(Math.log2(size + 1)), start = 0; level >= 0; level--) {
    const width = 2 ** level
    if (size - start < width) continue
    nodes.push({ level, position: start / width })
    start += width
  }
  return nodes
}

/** RFC 6962 §2.1: the root from the peaks, folded from the right; the empty tree's root is SHA-256 of nothing. */
export function rootOf(sha256: Sha256, hashes: readonly Uint8Array[]): Bytes {
  if (!hashes.length) return sha256(new Uint8Array())
  return Uint8Array.from(hashes.reduceRight((right, left) => nodeHash(sha256, left, right)))
}

/** RFC 6962 §2.1.1: what stands beside leaf `index` on its way to the root of `size` leaves, lowest first. Each item is folded from complete subtrees. */
export function inclusionPath(index: number, size: number): Node[][] {
  const path: Node[][] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const split = start + 2 ** Math.ceil(Math.log2((end - start) / 2))
    if (index < split) {
      path.unshift(cover(split, end))
      end = split
    } else {
      path.unshift(cover(start, split))
      start = split
    }
  }
  return path
}

/** Complete subtrees that cover leaves [start, end), left to right, where start is a multiple of a power of two ≥ the width. */
function cover(start: number, end: number): Node[] {
  return peaks(end - start).map(({ level, position }) => ({ level, position: position + start / 2 ** level }))
}

/** RFC 6962 §2.1.1 (as in RFC 9162 §2.1.3.2): does `path` lead from the leaf to the root? */
export function includes(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index >= size) return false
  let node = index
  let last = size - 1
  let hash: Uint8Array = leaf
  for (const sibling of path) {
    if (last === 0) return false
    if (node % 2 || node === last) {
      hash = nodeHash(sha256, sibling, hash)
      while (node % 2 === 0 && node) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else hash = nodeHash(sha256, hash, sibling)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && hash.length === root.length && hash.every((byte, at) => byte === root[at])
}
