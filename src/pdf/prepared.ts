import { type FormField, fieldsOf } from './fields.ts'
import type { PdfFile } from './file.ts'
import { type FieldLock, lockOf } from './head.ts'
import { asDictionary, asReference, numbersOf, type Value } from './value.ts'

/** A field of revision 0, which names and places everything that a later revision may do. */
export interface PreparedField {
  readonly name: string
  readonly number: number
  readonly type: string
  readonly pushButton: boolean
  readonly rect: readonly number[]
  readonly lock: FieldLock | null
  readonly page: number
}

export interface Prepared {
  readonly root: number
  readonly fieldList: number
  readonly sealPage: number
  readonly annotations: number
  readonly fields: ReadonlyMap<string, PreparedField>
  readonly fonts: ReadonlySet<number>
  readonly faults: readonly string[]
}

const READ_ONLY = 1
const PUSH_BUTTON = 1 << 16
const FORM_KEYS = ['Fields', 'SigFlags', 'DA', 'DR']
const ACTIVE = ['OpenAction', 'AA', 'URI', 'Collection', 'DSS', 'Perms']
const FIELD_KEYS = [
  'Type',
  'Subtype',
  'P',
  'Rect',
  'F',
  'T',
  'TU',
  'FT',
  'Ff',
  'DA',
  'Q',
  'MaxLen',
  'Opt',
  'V',
  'AS',
  'AP',
  'MK',
  'BS',
  'Border',
  'Lock',
]

/** Revision 0 as we prepare it; undefined where the file has not our two signature fields, and so is not ours to judge. */
export function preparedOf(file: PdfFile): Prepared | undefined {
  const catalog = file.catalog(0)
  const root = asReference(file.revisions[0]!.trailer.entries.get('Root'))
  const form = file.dictionary(catalog.entries.get('AcroForm'), 0)
  const fieldList = asReference(form?.entries.get('Fields'))
  if (!root || !form || !fieldList) return undefined
  const fields = new Map<string, PreparedField>()
  const faults: string[] = file.revisions[0]!.loose ? ['prepared.xref'] : []
  for (const field of fieldsOf(file, 0)) {
    if (fields.has(field.name)) faults.push(`prepared.name ${field.name}`)
    fields.set(field.name, preparedField(file, field))
    faults.push(...fieldFaults(field))
  }
  const seal = fields.get('seal')
  const annotations =
    seal &&
    asReference(file.dictionary({ kind: 'reference', number: seal.page, generation: 0, start: 0, end: 0 }, 0)?.entries.get('Annots'))
  if (seal?.lock?.action !== 'Exclude' || !fields.has('certification') || !annotations) return undefined
  const names = file.dictionary(catalog.entries.get('Names'), 0)
  if (names?.entries.has('JavaScript') || ACTIVE.some((key) => catalog.entries.has(key))) faults.push('prepared.active')
  if ([...form.entries.keys()].some((key) => !FORM_KEYS.includes(key))) faults.push('prepared.form')
  faults.push(...lockFaults(fields, seal.lock))
  return {
    root: root.number,
    fieldList: fieldList.number,
    sealPage: seal.page,
    annotations: annotations.number,
    fields,
    fonts: fontsOf(file, form.entries.get('DR')),
    faults,
  }
}

function preparedField(file: PdfFile, { name, type, flags, object, dictionary }: FormField): PreparedField {
  return {
    name,
    number: object.number,
    type: type ?? '',
    pushButton: type === 'Btn' && (flags & PUSH_BUTTON) !== 0,
    rect: numbersOf(dictionary.entries.get('Rect')) ?? [],
    lock: lockOf(file.dictionary(dictionary.entries.get('Lock'), 0)),
    page: asReference(dictionary.entries.get('P'))?.number ?? -1,
  }
}

function fieldFaults({ name, flags, plain, dictionary }: FormField): string[] {
  const faults: string[] = []
  if (!plain || name.includes('.') || !(flags & READ_ONLY)) faults.push(`prepared.field ${name}`)
  if ([...dictionary.entries.keys()].some((key) => !FIELD_KEYS.includes(key))) faults.push(`prepared.field ${name}`)
  if (dictionary.entries.has('V') && !dictionary.entries.has('AS')) faults.push(`prepared.value ${name}`)
  return faults
}

/** Each field in exactly one signer's list, and every one of them excepted from the seal's. */
function lockFaults(fields: ReadonlyMap<string, PreparedField>, seal: FieldLock): string[] {
  const locks = [...fields.values()].filter((field) => field.type === 'Sig' && field.name !== 'seal' && field.name !== 'certification')
  const faults = locks
    .filter((field) => field.lock?.action !== 'Include' || !field.lock.names.includes(field.name))
    .map((field) => `prepared.lock ${field.name}`)
  const locked = locks.flatMap((field) => field.lock?.names ?? [])
  const expected = [...fields.keys()].filter((name) => name !== 'seal' && name !== 'certification')
  if (new Set(locked).size !== locked.length || expected.some((name) => !locked.includes(name))) faults.push('prepared.lock')
  const excepted = new Set(seal.names.filter((name) => !/^DocTS\d+$/.test(name)))
  if (excepted.size !== expected.length || expected.some((name) => !excepted.has(name))) faults.push('prepared.lock seal')
  return faults
}

function fontsOf(file: PdfFile, resources: Value | undefined): Set<number> {
  const fonts = asDictionary(file.resolve(file.dictionary(resources, 0)?.entries.get('Font'), 0))
  return new Set([...(fonts?.entries.values() ?? [])].map((font) => asReference(font)?.number ?? -1))
}
