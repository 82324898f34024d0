import { type FormField, fieldsOf } from './fields.ts'
import type { PdfFile } from './file.ts'
import type { PdfSignature } from './signatures.ts'
import { asArray, asReference, type DictionaryValue, isName, nameOf, plainInteger, textsOf, type Value } from './value.ts'

interface Lock {
  readonly action: 'All' | 'Include' | 'Exclude'
  readonly names: readonly string[]
}

/** What the signatures before a revision allow in it: DocMDP, FieldMDP and the lock dictionaries of their fields (ISO 32000-2 §12.8.2). */
export class Restrictions {
  /** DocMDP's P, the strictest; null where nobody certified. A /Lock with a P counts too (table 236). */
  readonly permission: number | null
  readonly certified: boolean
  private readonly locks: readonly Lock[]

  constructor(file: PdfFile, signatures: readonly PdfSignature[], before: number) {
    const earlier = signatures.filter(({ revision, kind }) => revision < before && kind !== 'time-stamp')
    const found = earlier.map((signature) => restrictionOf(file, signature))
    const permissions = found.flatMap(({ permission }) => permission ?? [])
    this.permission = permissions.length ? Math.min(...permissions) : null
    this.certified = earlier.some(({ kind }) => kind === 'certification')
    this.locks = found.flatMap(({ locks }) => locks)
  }

  isLocked(name: string): boolean {
    return this.locks.some(({ action, names }) => {
      const named = names.some((locked) => name === locked || name.startsWith(`${locked}.`))
      return action === 'All' || (action === 'Include' ? named : !named)
    })
  }
}

/** As it stood when it was signed: what is written later loosens nothing. */
function restrictionOf(file: PdfFile, { field, revision, permission }: PdfSignature): { locks: Lock[]; permission: number | undefined } {
  const owner: FormField | undefined = fieldsOf(file, revision).find(({ name }) => name === field)
  const lock = file.dictionary(owner?.dictionary.entries.get('Lock'), revision)
  const value = file.dictionary(owner?.dictionary.entries.get('V'), revision)
  const references = asArray(file.resolve(value?.entries.get('Reference'), revision))?.items ?? []
  const parameters = references
    .map((item) => file.dictionary(item, revision))
    .filter((reference) => isName(reference?.entries.get('TransformMethod'), 'FieldMDP'))
    .map((reference) => file.dictionary(reference?.entries.get('TransformParams'), revision))
  const locks = [lock, ...parameters].flatMap((holder): Lock[] => {
    const action = nameOf(holder?.entries.get('Action'))
    if (action === 'All') return [{ action, names: [] }]
    const names = textsOf(file.resolve(holder?.entries.get('Fields'), revision))
    return action === 'Include' || action === 'Exclude' ? [{ action, names: names ?? [] }] : []
  })
  const stricter = [permission, plainInteger(lock?.entries.get('P'))].filter((one) => one !== undefined)
  return { locks, permission: stricter.length ? Math.min(...stricter) : undefined }
}

/** Numbers of the streams that an /AP draws with: `/N n 0 R`, or one for each state. */
export function drawnBy(file: PdfFile, appearance: Value | undefined, revision: number): number[] {
  const found: number[] = []
  for (const value of file.dictionary(appearance, revision)?.entries.values() ?? []) {
    const reference = asReference(value)
    if (reference && file.object(reference.number, revision)?.stream) found.push(reference.number)
    else
      for (const state of file.dictionary(value, revision)?.entries.values() ?? []) {
        const drawn = asReference(state)
        if (drawn) found.push(drawn.number)
      }
  }
  return found
}

const FIELD: readonly string[] =
  'Type Subtype FT T TU TM V DV Ff F P Rect AP AS MK DA DR Q Lock SV Parent Kids BS Border C M NM Contents StructParent H'.split(' ')

/** Whether a field has what no signature field needs: actions, and whatever else might act. */
export const acts = ({ entries }: DictionaryValue): boolean => [...entries.keys()].some((key) => !FIELD.includes(key))
