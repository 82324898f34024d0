import { PdfFault } from './fault.ts'
import { type FormField, fieldsOf } from './fields.ts'
import type { PdfFile, PdfObject } from './file.ts'
import { latin } from './syntax.ts'
import { asArray, asDictionary, asReference, type DictionaryValue, nameOf, numbersOf, textsOf, type Value } from './value.ts'

/** The form's font (/DR), which the hidden text of later revisions is set in. */
export const TEXT_FONT = 'Helv'

/** An object's number and its source, one byte a character, verbatim: numbers and strings are never written anew. */
export interface SourceObject {
  readonly number: number
  readonly source: string
}

export interface FieldLock {
  readonly action: 'Include' | 'Exclude'
  readonly names: readonly string[]
}

export interface HeadField extends SourceObject {
  readonly kind: 'text' | 'choice' | 'box' | 'button' | 'signature'
  readonly width: number
  readonly height: number
  readonly lock: FieldLock | null
  /** A box's own state other than Off. */
  readonly state: string | null
  readonly filled: boolean
}

/** What every appended revision continues: where the file ends, its cross-references, its catalog. */
export interface FileHead {
  readonly length: number
  /** Whether the file ends with a line end; without one the next revision begins with it. */
  readonly lineEnd: boolean
  readonly startxref: number
  readonly xref: 'table' | 'stream'
  /** The next object number. */
  readonly size: number
  readonly trailer: { readonly root: string; readonly info: string | null; readonly id: string | null }
  readonly catalog: SourceObject
  /** The font of the form's /DR, by reference: text that shows nothing is set in it. */
  readonly textFont?: string
  readonly securityStore: SecurityStoreHead | null
  /** How many archive time stamps of ours it bears. */
  readonly timeStamps: number
}

/** All that the writer needs of a prepared file without its bytes; plain JSON. A revision of 100 MB is appended to from this alone. */
export interface Head extends FileHead {
  /** The form's /Fields array. */
  readonly fieldList: SourceObject
  /** The page that bears the seal, and its /Annots array. */
  readonly sealPage: number
  readonly annotations: SourceObject
  readonly fields: Readonly<Record<string, HeadField>>
}

/** What a later security store repeats: references verbatim, VRI entries verbatim by key. */
export interface SecurityStoreHead {
  readonly certificates: readonly string[]
  readonly ocsps: readonly string[]
  readonly revocationLists: readonly string[]
  readonly vri: Readonly<Record<string, string>>
}

/** The head of a prepared file or of any later revision. PdfFault `head.*` where the file is not built as ours are. */
export function headOf(file: PdfFile): Head {
  const root = asReference(file.last.trailer.entries.get('Root'))
  const catalogObject = root && file.object(root.number)
  const catalog = asDictionary(catalogObject?.value)
  const form = file.dictionary(catalog?.entries.get('AcroForm'))
  const fieldList = indirect(file, form?.entries.get('Fields'))
  if (!catalogObject || !catalog || !fieldList) throw new PdfFault('head.form')
  const found = fieldsOf(file)
  const seal = found.find((field) => field.name === 'seal')
  const page = asReference(seal?.dictionary.entries.get('P'))
  const annotations = indirect(file, page && file.dictionary(page)?.entries.get('Annots'))
  if (!page || !annotations) throw new PdfFault('head.seal')
  return {
    ...endOf(file),
    catalog: sourceObject(catalogObject),
    ...textFontOf(file, form),
    fieldList: sourceObject(fieldList),
    sealPage: page.number,
    annotations: sourceObject(annotations),
    fields: Object.fromEntries(found.map((field) => [field.name, headField(file, field)])),
    securityStore: securityStoreOf(file, catalog),
    timeStamps: found.filter((field) => /^DocTS\d+$/.test(field.name)).length,
  }
}

/** Where the file ends and how the next revision is joined to it. */
export function endOf(file: PdfFile): Omit<FileHead, 'catalog' | 'securityStore' | 'timeStamps'> {
  const { trailer, startxref, kind, size, end } = file.last
  const root = trailer.entries.get('Root')
  if (!root) throw new PdfFault('read.no-catalog')
  return {
    length: end,
    lineEnd: file.bytes[end - 1] === 10,
    startxref,
    xref: kind,
    size,
    trailer: { root: sourceIn(file.bytes, root), info: optional(file, trailer, 'Info'), id: optional(file, trailer, 'ID') },
  }
}

function textFontOf(file: PdfFile, form: DictionaryValue | undefined): Pick<FileHead, 'textFont'> {
  const font = file.dictionary(file.dictionary(form?.entries.get('DR'))?.entries.get('Font'))?.entries.get(TEXT_FONT)
  return asReference(font) ? { textFont: sourceIn(file.bytes, font!) } : {}
}

export const sourceIn = (buffer: Uint8Array, value: Value): string => latin(buffer.subarray(value.start, value.end))
export const sourceObject = (object: PdfObject): SourceObject => ({ number: object.number, source: sourceIn(object.buffer, object.value) })

function indirect(file: PdfFile, value: Value | undefined): PdfObject | undefined {
  const reference = asReference(value)
  const object = reference && file.object(reference.number)
  return object?.value.kind === 'array' ? object : undefined
}

function optional(file: PdfFile, trailer: DictionaryValue, key: string): string | null {
  const value = trailer.entries.get(key)
  return value ? sourceIn(file.bytes, value) : null
}

function headField(file: PdfFile, field: FormField): HeadField {
  const { dictionary, object } = field
  if (!field.plain) throw new PdfFault('head.field', field.name)
  const [left = 0, bottom = 0, right = 0, top = 0] = numbersOf(file.resolve(dictionary.entries.get('Rect'))) ?? []
  const kind = kindOf(field)
  const states = [...(file.dictionary(file.dictionary(dictionary.entries.get('AP'))?.entries.get('N'))?.entries.keys() ?? [])]
  return {
    ...sourceObject(object),
    kind,
    width: round(Math.abs(right - left)),
    height: round(Math.abs(top - bottom)),
    lock: lockOf(file.dictionary(dictionary.entries.get('Lock'))),
    state: kind === 'box' ? (states.find((state) => state !== 'Off') ?? null) : null,
    filled: kind === 'box' ? nameOf(dictionary.entries.get('V')) !== 'Off' : dictionary.entries.has(kind === 'button' ? 'AP' : 'V'),
  }
}

const round = (points: number): number => Math.round(points * 1_000) / 1_000
const PUSH_BUTTON = 1 << 16

function kindOf({ name, type, flags }: FormField): HeadField['kind'] {
  if (type === 'Tx') return 'text'
  if (type === 'Ch') return 'choice'
  if (type === 'Sig') return 'signature'
  if (type === 'Btn') return flags & PUSH_BUTTON ? 'button' : 'box'
  throw new PdfFault('head.field', name)
}

export function lockOf(lock: DictionaryValue | undefined): FieldLock | null {
  const action = nameOf(lock?.entries.get('Action'))
  const names = textsOf(lock?.entries.get('Fields'))
  return (action === 'Include' || action === 'Exclude') && names ? { action, names } : null
}

function securityStoreOf(file: PdfFile, catalog: DictionaryValue): SecurityStoreHead | null {
  const reference = asReference(catalog.entries.get('DSS'))
  const object = reference && file.object(reference.number)
  const store = asDictionary(object?.value)
  if (!object || !store) return null
  const list = (key: string): string[] => (asArray(store.entries.get(key))?.items ?? []).map((item) => sourceIn(object.buffer, item))
  const vri = asDictionary(store.entries.get('VRI'))?.entries ?? new Map<string, Value>()
  return {
    certificates: list('Certs'),
    ocsps: list('OCSPs'),
    revocationLists: list('CRLs'),
    vri: Object.fromEntries([...vri].map(([key, value]) => [key, sourceIn(object.buffer, value)])),
  }
}
