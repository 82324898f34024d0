import type { PdfFile, PdfObject } from './file.ts'
import { asArray, asReference, changedKeys, type DictionaryValue, equalValues, isName, type Value } from './value.ts'

/** The same value and the same bytes of a stream, written again. */
export function sameObject(old: PdfObject, now: PdfObject): boolean {
  if (!equalValues(old.value, now.value) || !old.stream !== !now.stream) return false
  if (!old.stream || !now.stream) return true
  const [a, b] = [old.buffer.subarray(old.stream.start, old.stream.end), now.buffer.subarray(now.stream.start, now.stream.end)]
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** Everything that stood in a dictionary or an array still stands there, as it was, all the way down. */
export function onlyGrows(file: PdfFile, was: Value | undefined, is: Value | undefined, index: number): boolean {
  if (!was) return true
  const [old, now] = [file.resolve(was, index - 1), file.resolve(is, index)]
  if (old?.kind === 'dictionary')
    return now?.kind === 'dictionary' && [...old.entries].every(([key, value]) => onlyGrows(file, value, now.entries.get(key), index))
  if (old?.kind === 'array') return now?.kind === 'array' && old.items.every((item) => now.items.some((other) => equalValues(item, other)))
  return equalValues(was, is)
}

const MOST = 2_000
const LISTS: readonly string[] = ['Certs', 'OCSPs', 'CRLs']

/** A security store may gain evidence and lose none (ISO 32000-2 §12.8.4.3): each old item is there, by number or by its bytes. */
export function keepsEvidence(file: PdfFile, was: DictionaryValue | undefined, is: DictionaryValue, index: number): boolean {
  const items = (store: DictionaryValue | undefined, key: string, revision: number): readonly Value[] =>
    asArray(file.resolve(store?.entries.get(key), revision))?.items ?? []
  if (is.entries.has('Type') && !isName(is.entries.get('Type'), 'DSS')) return false
  if (was && changedKeys(was, is).some((key) => ![...LISTS, 'Type', 'VRI'].includes(key))) return false
  for (const key of LISTS) {
    const kept = items(is, key, index)
    if (kept.length > MOST) return false
    for (const item of items(was, key, index - 1)) {
      const old = pointedTo(file, item, index - 1)
      if (!old) continue
      const at = kept.filter((other) => equalValues(item, other))
      const again = (at.length ? at : kept).some((other) => {
        const now = pointedTo(file, other, index)
        return now !== undefined && sameObject(old, now)
      })
      if (!again) return false
    }
  }
  return true
}

function pointedTo(file: PdfFile, value: Value, revision: number): PdfObject | undefined {
  const reference = asReference(value)
  const object = reference && file.object(reference.number, revision)
  return object?.generation === reference?.generation ? object : undefined
}
