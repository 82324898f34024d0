import { type FormField, fieldsOf } from './fields.ts'
import type { PdfFile, PdfObject, Revision } from './file.ts'
import { keepsEvidence, onlyGrows, sameObject } from './kept.ts'
import { References } from './references.ts'
import { acts, drawnBy, Restrictions } from './restrictions.ts'
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

export interface LaterRevision {
  readonly index: number
  /** What no rule clears. */
  readonly changes: readonly string[]
  /** What it is where no signature of its own says so. */
  readonly kind: 'filled' | 'security-store' | null
}

/**
 * For files that are not of our chain: what came after the first signature, object by object. Cleared are further signatures and time stamps
 * in fields of their own, values of fields that the signers left open, a security store that keeps what it had, metadata. Everything else
 * is a change, annotations at every level.
 */
export function laterRevisions(file: PdfFile, signatures: readonly PdfSignature[]): LaterRevision[] {
  const first = Math.min(...signatures.map(({ revision }) => revision))
  const references = new References()
  return file.revisions.flatMap((revision) => {
    const judged = revision.index > first ? [new Later(file, signatures, revision, references).judged()] : []
    references.add(file, revision.index)
    return judged
  })
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
  'XRefStm',
]
const FORM: readonly string[] = ['SigFlags']

class Later {
  private readonly file: PdfFile
  private readonly revision: Revision
  private readonly index: number
  private readonly references: References
  private readonly own: readonly PdfSignature[]
  private readonly may: Restrictions
  private readonly fields: ReadonlyMap<number, FormField>
  private readonly drawn = new Map<number, FormField>()
  private kind: LaterRevision['kind'] = null

  constructor(file: PdfFile, signatures: readonly PdfSignature[], revision: Revision, references: References) {
    this.file = file
    this.revision = revision
    this.index = revision.index
    this.references = references
    this.own = signatures.filter((signature) => signature.revision === this.index)
    this.may = new Restrictions(file, signatures, this.index)
    this.fields = new Map(fieldsOf(file, this.index).map((field) => [field.object.number, field]))
    for (const field of this.fields.values())
      for (const number of drawnBy(file, field.dictionary.entries.get('AP'), this.index)) this.drawn.set(number, field)
  }

  judged(): LaterRevision {
    const changes = this.changes()
    return { index: this.index, changes: changes.map((change) => `${this.index}: ${change}`), kind: this.kind }
  }

  private changes(): string[] {
    const { file, index, revision } = this
    const before = file.revisions[index - 1]!
    if (!equalValues(revision.trailer.entries.get('Root'), before.trailer.entries.get('Root'))) return ['another catalog']
    for (const key of revision.trailer.entries.keys()) if (!TRAILER.includes(key)) return [`trailer/${key}`]
    const found: string[] = []
    for (const number of revision.entries.keys()) {
      const old = file.object(number, index - 1)
      const now = file.object(number, index)
      // Somebody pointed here when nothing stood here: what was not drawn would be now.
      if (!old && now && this.references.of(number).size) found.push(`appears ${number}`)
      if (!old || (now && sameObject(old, now))) continue
      const change = now ? this.judge(old, now) : 'removed'
      if (change) found.push(`${change} ${number}`)
    }
    return found
  }

  private judge(old: PdfObject, now: PdfObject): string | undefined {
    const { file, index } = this
    const { number } = old
    const [was, is] = [asDictionary(old.value), asDictionary(now.value)]
    if (old.value.kind === 'array' && now.value.kind === 'array') return this.isGrowing(number, old.value, now.value) ? undefined : 'array'
    if (!was || !is) return 'object'
    if (this.isInformation(number)) return old.stream || now.stream ? 'stream' : undefined
    const type = nameOf(was.entries.get('Type'))
    if (type === 'XRef' || type === 'Metadata')
      return isName(is.entries.get('Type'), type) && this.isOnlyMetadata(type, number) ? undefined : 'object'
    // Older cross-references point into it: whoever follows them would read other objects there.
    if (type === 'ObjStm') return 'object stream'
    // An index into the store, which proves nothing by itself.
    if (this.isOnlyUsed(number, 'VRI') && !now.stream) return undefined
    if (this.isOnlyUsed(number, 'DSS')) return keepsEvidence(file, was, is, index) ? undefined : 'security store'
    if (old.stream || now.stream) return this.judgeDrawing(number, was, is, old.stream !== undefined && now.stream !== undefined)
    if (asReference(file.revisions[index]!.trailer.entries.get('Root'))?.number === number) return this.judgeCatalog(was, is)
    if (type === 'Page') return this.judgeKeys('page', was, is, ['LastModified'], 'Annots')
    if (was.entries.has('Fields') && this.isOnlyUsed(number, 'AcroForm')) return this.judgeForm(was, is)
    const field = this.fields.get(number)
    return field ? this.judgeField(field, was, is) : 'object'
  }

  private isOnlyUsed(number: number, key: string): boolean {
    const users = [...this.references.of(number)]
    return users.length > 0 && users.every((user) => user.endsWith(`/${key}`))
  }

  /** The document information dictionary, the same as before, and nothing else beside. */
  private isInformation(number: number): boolean {
    const [now, before] = [this.revision, this.file.revisions[this.index - 1]!].map(
      ({ trailer }) => asReference(trailer.entries.get('Info'))?.number,
    )
    return number === now && number === before && this.references.of(number).size === 0
  }

  private isOnlyMetadata(type: string, number: number): boolean {
    return type === 'XRef' ? this.references.of(number).size === 0 : this.isOnlyUsed(number, 'Metadata')
  }

  private judgeCatalog(was: DictionaryValue, is: DictionaryValue): string | undefined {
    const { file, index } = this
    if (!equalValues(was.entries.get('DSS'), is.entries.get('DSS'))) {
      const [old, now] = [file.dictionary(was.entries.get('DSS'), index - 1), file.dictionary(is.entries.get('DSS'), index)]
      if (!now || !keepsEvidence(file, old, now, index)) return 'catalog/DSS'
      if (!this.own.length) this.kind ??= 'security-store'
    }
    const permissions = file.dictionary(is.entries.get('Perms'), index)
    const certifies = this.own.some(({ kind }) => kind === 'certification')
    const certified = certifies && (!was.entries.has('Perms') || onlyGrows(file, was.entries.get('Perms'), permissions, index))
    return this.judgeKeys('catalog', was, is, ['DSS', 'Extensions', 'Metadata', 'Version', ...(certified ? ['Perms'] : [])], 'AcroForm')
  }

  private judgeForm(was: DictionaryValue, is: DictionaryValue): string | undefined {
    const grows = ['DR', 'DA'].filter((key) => onlyGrows(this.file, was.entries.get(key), is.entries.get(key), this.index))
    return this.judgeKeys('form', was, is, [...FORM, ...grows], 'Fields')
  }

  /** Keys that may change, and one whose value may only grow by signature fields. */
  private judgeKeys(what: string, was: DictionaryValue, is: DictionaryValue, may: readonly string[], grows: string): string | undefined {
    for (const key of changedKeys(was, is)) {
      if (may.includes(key)) continue
      if (key !== grows) return `${what}/${key}`
      const [old, now] = [this.file.resolve(was.entries.get(key), this.index - 1), this.file.resolve(is.entries.get(key), this.index)]
      if (now?.kind === 'dictionary') {
        const inner = this.judgeForm(asDictionary(old) ?? { ...now, entries: new Map() }, now)
        if (inner) return inner
      } else if (!this.onlyAdds(old, now)) return `${what}/${key}`
    }
    return undefined
  }

  /** An array by itself: the form's fields or a page's annotations, and not also something else. */
  private isGrowing(number: number, old: Value, now: Value): boolean {
    const users = [...this.references.of(number)]
    const known = users.length > 0 && users.every((user) => user.endsWith('/Fields') || user.endsWith('/Annots'))
    return (known && this.onlyAdds(old, now)) || (this.isOnlyEvidence(users) && onlyGrows(this.file, old, now, this.index))
  }

  private isOnlyEvidence(users: readonly string[]): boolean {
    return users.length > 0 && users.every((user) => /\/(Certs?|OCSPs?|CRLs?)$/.test(user))
  }

  /** Every old item in its order, and beside them only new signature fields. */
  private onlyAdds(old: Value | undefined, now: Value | undefined): boolean {
    const kept = [...(asArray(old)?.items ?? [])]
    for (const item of asArray(now)?.items ?? []) {
      if (kept.length && equalValues(kept[0], item)) kept.shift()
      else if (!this.isNewSignatureField(item)) return false
    }
    return kept.length === 0 && now?.kind === 'array'
  }

  /** With a place on the page only where this very revision signs it, and nobody certified; else it would be a drawing that no key signed. */
  private isNewSignatureField(item: Value): boolean {
    const number = asReference(item)?.number ?? -1
    const dictionary = this.file.dictionary(item, this.index)
    if (!dictionary || this.file.object(number, this.index - 1)) return false
    const parent = asReference(dictionary.entries.get('Parent'))?.number
    const field = this.fields.get(number) ?? (parent === undefined ? undefined : this.fields.get(parent))
    if (field?.type !== 'Sig' || (parent !== undefined && this.file.object(parent, this.index - 1))) return false
    if (acts(dictionary) || acts(field.dictionary)) return false
    const signs = this.own.some((signature) => signature.field === field.name)
    if (this.may.permission === 1 && !this.own.some(({ field: name, kind }) => name === field.name && kind === 'time-stamp')) return false
    const [left = 0, bottom = 0, right = 0, top = 0] = numbersOf(this.file.resolve(dictionary.entries.get('Rect'), this.index)) ?? []
    const visible = left !== right && bottom !== top
    return !visible || (signs ? !this.may.certified : !dictionary.entries.has('AP') && !dictionary.entries.has('MK'))
  }

  private judgeField(field: FormField, was: DictionaryValue, is: DictionaryValue): string | undefined {
    const changed = changedKeys(was, is)
    if (field.type === 'Sig') {
      if (was.entries.has('V')) return 'signature'
      const signs = this.own.find(({ field: name }) => name === field.name)
      if (!signs || (this.may.permission === 1 && signs.kind !== 'time-stamp') || this.may.isLocked(field.name)) return 'signature field'
      return changed.every((key) => ['V', 'AP', 'F', 'MK', 'M', 'DA', 'DR'].includes(key)) ? undefined : 'signature field'
    }
    if (!changed.every((key) => ['V', 'AP', 'AS', 'M', 'I', 'MK'].includes(key))) return 'field'
    return this.mayFill(field) ? undefined : 'value'
  }

  /** In a revision that somebody signed, or where the certification allows it to anybody. */
  private mayFill({ name }: FormField): boolean {
    const { permission, certified } = this.may
    const signed = this.own.some(({ kind }) => kind !== 'time-stamp')
    if (permission === 1 || this.may.isLocked(name) || !(signed || certified)) return false
    if (!signed) this.kind = 'filled'
    return true
  }

  /** What a field shows may be written in place where the field may be filled, and nothing else draws with it. */
  private judgeDrawing(number: number, was: DictionaryValue, is: DictionaryValue, streams: boolean): string | undefined {
    const field = this.drawn.get(number)
    const forms = [was, is].every((dictionary) => isName(dictionary.entries.get('Subtype'), 'Form'))
    if (!field || !streams || !forms) return 'stream'
    const owner = String(field.object.number)
    const others = [...this.references.of(number)].filter((user) => user.slice(0, user.indexOf('/')) !== owner)
    if (others.length) return 'stream'
    const signs = field.type === 'Sig' && this.own.some((signature) => signature.field === field.name)
    return signs || (field.type !== 'Sig' && this.mayFill(field)) ? undefined : 'stream'
  }
}
