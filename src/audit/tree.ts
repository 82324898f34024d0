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

/** RFC 6962 §2.1.2: what shows that the tree of `first` leaves is the beginning of the tree of `second`. Each item is folded from complete subtrees. */
export function consistencyPath(first: number, second: number): Node[][] {
  const path: Node[][] = []
  let start = 0
  let end = second
  let isWhole = true
  while (first !== end) {
    const split = start + 2 ** Math.ceil(Math.log2((end - start) / 2))
    if (first <= split) {
      path.unshift(cover(split, end))
      end = split
    } else {
      path.unshift(cover(start, split))
      start = split
      isWhole = false
    }
  }
  return isWhole ? path : [cover(start, end), ...path]
}

/** RFC 9162 §2.1.4.2: is the tree of the second root the tree of the first, with leaves added after it? */
export function isConsistent(
  sha256: Sha256,
  first: { readonly size: number; readonly root: Uint8Array },
  second: { readonly size: number; readonly root: Uint8Array },
  path: readonly Uint8Array[],
): boolean {
  if (first.size > second.size) return false
  if (first.size === 0) return path.length === 0
  if (first.size === second.size) return path.length === 0 && same(first.root, second.root)
  const hashes = Number.isInteger(Math.log2(first.size)) ? [first.root, ...path] : path
  let node = first.size - 1
  let last = second.size - 1
  for (; node % 2; node = half(node)) last = half(last)
  let [old, grown] = [hashes[0], hashes[0]]
  if (!old || !grown) return false
  for (const sibling of hashes.slice(1)) {
    if (last === 0) return false
    if (node % 2 || node === last) {
      old = nodeHash(sha256, sibling, old)
      grown = nodeHash(sha256, sibling, grown)
      for (; node % 2 === 0 && node; node = half(node)) last = half(last)
    } else grown = nodeHash(sha256, grown, sibling)
    node = half(node)
    last = half(last)
  }
  return last === 0 && same(old, first.root) && same(grown, second.root)
}

const half = (position: number): number => Math.floor(position / 2)
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])

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
      for (; node % 2 === 0 && node; node = half(node)) last = half(last)
    } else hash = nodeHash(sha256, hash, sibling)
    node = half(node)
    last = half(last)
  }
  return last === 0 && same(hash, root)
}
