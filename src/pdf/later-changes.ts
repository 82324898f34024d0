import { fieldsOf } from './fields.ts'
import type { PdfFile, PdfObject } from './file.ts'
import { lockOf } from './head.ts'
import type { PdfSignature } from './signatures.ts'
import {
  asArray,
  asDictionary,
  asReference,
  changedKeys,
  type DictionaryValue,
  equalValues,
  isName,
  nameOf,
  numbersOf,
  type Value,
} from './value.ts'

/**
 * For files that are not of our chain: what was changed after the first signature that no rule clears. Cleared are further signatures and
 * time stamps, values of unlocked fields in a revision that somebody signed, the security store, metadata. Everything else is a change.
 */
export function laterChanges(file: PdfFile, signatures: readonly PdfSignature[]): string[] {
  const first = Math.min(...signatures.map(({ revision }) => revision))
  const permission = Math.min(...signatures.map((signature) => signature.permission ?? 3))
  return file.revisions
    .filter(({ index }) => index > first)
    .flatMap(({ index }) => new Later(file, signatures, index, permission).changes().map((change) => `${index}: ${change}`))
}

const TRAILER: readonly string[] = [
  'Size',
  'Prev',
  'Root',
  'Info',
  'ID',
  'Type',
  'W',
  'Index',
  'Filter',
  'DecodeParms',
  'Length',
  'DocChecksum',
]

class Later {
  private readonly file: PdfFile
  private readonly signatures: readonly PdfSignature[]
  private readonly index: number
  private readonly permission: number
  private readonly fields: ReadonlyMap<number, { readonly name: string; readonly type: string | undefined }>

  constructor(file: PdfFile, signatures: readonly PdfSignature[], index: number, permission: number) {
    this.file = file
    this.signatures = signatures
    this.index = index
    this.permission = permission
    this.fields = new Map(fieldsOf(file, index).map((field) => [field.object.number, field]))
  }

  changes(): string[] {
    const { file, index } = this
    const revision = file.revisions[index]!
    const before = file.revisions[index - 1]!
    if (!equalValues(revision.trailer.entries.get('Root'), before.trailer.entries.get('Root'))) return ['another catalog']
    for (const key of revision.trailer.entries.keys()) if (!TRAILER.includes(key)) return [`trailer/${key}`]
    const special = new Set([revision.self, asReference(revision.trailer.entries.get('Info'))?.number])
    const found: string[] = []
    for (const number of revision.entries.keys()) {
      if (special.has(number)) continue
      const old = file.object(number, index - 1)
      const now = file.object(number, index)
      if (!old || (now && this.same(old, now))) continue
      const change = now ? this.judge(old, now) : 'removed'
      if (change) found.push(`${change} ${number}`)
    }
    return found
  }

  private same(old: PdfObject, now: PdfObject): boolean {
    if (!equalValues(old.value, now.value) || !old.stream !== !now.stream) return false
    if (!old.stream || !now.stream) return true
    const [a, b] = [old.buffer.subarray(old.stream.start, old.stream.end), now.buffer.subarray(now.stream.start, now.stream.end)]
    return a.length === b.length && a.every((byte, at) => byte === b[at])
  }

  private judge(old: PdfObject, now: PdfObject): string | undefined {
    const { file, index } = this
    const [was, is] = [asDictionary(old.value), asDictionary(now.value)]
    if (old.value.kind === 'array' && now.value.kind === 'array') return this.onlyAdds(old.value, now.value) ? undefined : 'array'
    if (!was || !is) return 'object'
    const type = nameOf(was.entries.get('Type'))
    const changed = changedKeys(was, is)
    if (type === 'Metadata' || type === 'DSS' || type === 'XRef' || type === 'ObjStm')
      return isName(is.entries.get('Type'), type) ? undefined : 'object'
    if (old.stream || now.stream) return 'stream'
    if (asReference(file.revisions[index]!.trailer.entries.get('Root'))?.number === old.number)
      return this.judgeKeys('catalog', was, is, ['DSS', 'Extensions', 'Metadata', 'Version', 'Perms'], 'AcroForm')
    if (type === 'Page') return this.judgeKeys('page', was, is, ['LastModified'], 'Annots')
    if (was.entries.has('Fields')) return this.judgeKeys('form', was, is, ['SigFlags', 'DR', 'DA'], 'Fields')
    const field = this.fields.get(old.number)
    if (!field) return changed.length ? 'object' : undefined
    return this.judgeField(field, was, changed)
  }

  /** Keys that may change, and one whose value may only grow by signature fields. */
  private judgeKeys(what: string, was: DictionaryValue, is: DictionaryValue, may: readonly string[], grows: string): string | undefined {
    for (const key of changedKeys(was, is)) {
      if (may.includes(key)) continue
      if (key !== grows) return `${what}/${key}`
      const [old, now] = [this.file.resolve(was.entries.get(key), this.index - 1), this.file.resolve(is.entries.get(key), this.index)]
      if (now?.kind === 'dictionary') {
        const inner = this.judgeKeys('form', asDictionary(old) ?? { ...now, entries: new Map() }, now, ['SigFlags', 'DR', 'DA'], 'Fields')
        if (inner) return inner
      } else if (!this.onlyAdds(old, now)) return `${what}/${key}`
    }
    return undefined
  }

  /** Every old item in its order, and beside them only signature fields; visible ones not in a certified file. */
  private onlyAdds(old: Value | undefined, now: Value | undefined): boolean {
    const kept = [...(asArray(old)?.items ?? [])]
    for (const item of asArray(now)?.items ?? []) {
      if (kept.length && equalValues(kept[0], item)) kept.shift()
      else if (!this.isSignatureField(item)) return false
    }
    return kept.length === 0 && now?.kind === 'array'
  }

  private isSignatureField(item: Value): boolean {
    const dictionary = this.file.dictionary(item, this.index)
    if (!dictionary || this.permission === 1) return dictionary !== undefined && this.isTimeStampField(dictionary)
    const parent = this.file.dictionary(dictionary.entries.get('Parent'), this.index)
    const signs = isName(dictionary.entries.get('FT'), 'Sig') || isName(parent?.entries.get('FT'), 'Sig')
    const [left = 0, bottom = 0, right = 0, top = 0] = numbersOf(this.file.resolve(dictionary.entries.get('Rect'), this.index)) ?? []
    const visible = left !== right && bottom !== top
    return signs && !(visible && this.signatures.some(({ kind }) => kind === 'certification'))
  }

  private isTimeStampField(dictionary: DictionaryValue): boolean {
    return isName(this.file.dictionary(dictionary.entries.get('V'), this.index)?.entries.get('Type'), 'DocTimeStamp')
  }

  private judgeField(
    field: { readonly name: string; readonly type: string | undefined },
    was: DictionaryValue,
    changed: readonly string[],
  ): string | undefined {
    const signed = this.signatures.some(({ revision, kind }) => revision === this.index && kind !== 'time-stamp')
    if (field.type === 'Sig') {
      if (was.entries.has('V')) return 'signature'
      return changed.every((key) => ['V', 'AP', 'F', 'MK', 'M', 'DA', 'DR'].includes(key)) ? undefined : 'signature field'
    }
    if (!changed.every((key) => ['V', 'AP', 'AS', 'M', 'I', 'MK'].includes(key))) return 'field'
    if (!signed || this.permission === 1 || this.isLocked(field.name)) return 'value'
    return undefined
  }

  private isLocked(name: string): boolean {
    return this.signatures
      .filter(({ revision }) => revision < this.index)
      .some(({ field }) => {
        const owner = fieldsOf(this.file, this.index).find((candidate) => candidate.name === field)
        const lock = this.file.dictionary(owner?.dictionary.entries.get('Lock'), this.index)
        if (isName(lock?.entries.get('Action'), 'All')) return true
        const list = lockOf(lock)
        const covers = list?.names.some((locked) => name === locked || name.startsWith(`${locked}.`)) ?? false
        return list ? (list.action === 'Include' ? covers : !covers) : false
      })
  }
}
