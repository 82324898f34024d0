import { PdfFault } from './fault.ts'
import type { PdfFile, PdfObject } from './file.ts'
import { asArray, asDictionary, asReference, type DictionaryValue, nameOf, plainInteger, textOf } from './value.ts'

const MAXIMUM_FIELDS = 20_000

/** A form field with its full name and what it inherits (ISO 32000-2 §12.7.4.2). */
export interface FormField {
  readonly name: string
  readonly type: string | undefined
  readonly flags: number
  readonly object: PdfObject
  readonly dictionary: DictionaryValue
  /** Merged with its only widget, no kids, no parent: the shape of our own fields. */
  readonly plain: boolean
}

/** Each revision's, for as long as the file is there: every judgement asks for them again. */
const known = new WeakMap<PdfFile, Map<number, readonly FormField[]>>()

/** All terminal fields, in the order of the form. Empty where there is no form. */
export function fieldsOf(file: PdfFile, revision = file.last.index): readonly FormField[] {
  const before = known.get(file) ?? new Map<number, readonly FormField[]>()
  known.set(file, before)
  const fields = before.get(revision) ?? findFields(file, revision)
  before.set(revision, fields)
  return fields
}

function findFields(file: PdfFile, revision: number): FormField[] {
  const form = file.dictionary(file.catalog(revision).entries.get('AcroForm'), revision)
  const fields: FormField[] = []
  const seen = new Set<number>()
  const visit = (value: unknown, parent: { name: string; type: string | undefined; flags: number } | undefined, depth: number): void => {
    const reference = asReference(value as never)
    if (!reference) throw new PdfFault('read.malformed-form')
    if (seen.has(reference.number) || depth > 16) throw new PdfFault('read.loop')
    if (seen.size > MAXIMUM_FIELDS) throw new PdfFault('read.too-many-fields')
    seen.add(reference.number)
    const object = file.object(reference.number, revision)
    const dictionary = asDictionary(object?.value)
    if (object?.generation !== reference.generation || !dictionary) return
    const own = textOf(file.resolve(dictionary.entries.get('T'), revision))
    const name = [parent?.name, own].filter((part) => part !== undefined).join('.')
    const type = nameOf(file.resolve(dictionary.entries.get('FT'), revision)) ?? parent?.type
    const flags = plainInteger(file.resolve(dictionary.entries.get('Ff'), revision)) ?? parent?.flags ?? 0
    const kids = asArray(file.resolve(dictionary.entries.get('Kids'), revision))
    const named = kids?.items.filter((kid) => file.dictionary(kid, revision)?.entries.has('T')) ?? []
    if (named.length) {
      for (const kid of named) visit(kid, { name, type, flags }, depth + 1)
      return
    }
    const plain = !kids && !parent && nameOf(dictionary.entries.get('Subtype')) === 'Widget'
    fields.push({ name, type, flags, object, dictionary, plain })
  }
  for (const item of asArray(file.resolve(form?.entries.get('Fields'), revision))?.items ?? []) visit(item, undefined, 0)
  return fields
}
