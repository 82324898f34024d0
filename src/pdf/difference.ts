import type { PdfFile, PdfObject, Revision } from './file.ts'
import { asDictionary, asReference, changedKeys, type DictionaryValue, type Value } from './value.ts'

/** What one revision wrote, each object to be accounted for once: rewritten keys by name, new objects by who points to them. */
export class Difference {
  readonly file: PdfFile
  readonly revision: Revision
  readonly faults: string[] = []
  private readonly before: Revision
  private readonly open: Set<number>

  constructor(file: PdfFile, revision: Revision) {
    this.file = file
    this.revision = revision
    this.before = file.revisions[revision.index - 1]!
    this.open = new Set([...revision.entries.keys()].filter((number) => number !== revision.self))
  }

  fault(code: string, detail: string | number = ''): void {
    this.faults.push(detail === '' ? code : `${code} ${detail}`)
  }

  isNew(number: number): boolean {
    return number >= this.before.size
  }

  /** Old objects that this revision wrote again, not yet accounted for. */
  rewritten(): number[] {
    return [...this.open].filter((number) => !this.isNew(number))
  }

  newObjects(): PdfObject[] {
    return (
      [...this.revision.entries.keys()]
        .filter((number) => this.isNew(number) && number !== this.revision.self)
        // A number that is listed as free is no object: the frame says that.
        .flatMap((number) => this.file.object(number, this.revision.index) ?? [])
    )
  }

  wasBefore(number: number): Value | undefined {
    return this.file.object(number, this.before.index)?.value
  }

  /** Accounts for a rewritten dictionary. Keys beside `may` that changed, or changed where they stood, are faults. */
  takeRewritten(number: number, may: readonly string[], replaceable: readonly string[] = []): DictionaryValue | undefined {
    if (!this.open.delete(number)) {
      this.fault('change.not-written', number)
      return undefined
    }
    const old = asDictionary(this.wasBefore(number))
    const object = this.file.object(number, this.revision.index)
    const now = asDictionary(object?.value)
    if (!old || !now || object?.stream) {
      this.fault('change.object', number)
      return undefined
    }
    for (const key of changedKeys(old, now))
      if (!may.includes(key) || (old.entries.has(key) && !replaceable.includes(key))) this.fault('change.key', `${number}/${key}`)
    return now
  }

  takeArray(number: number): { readonly old: readonly Value[]; readonly now: readonly Value[] } | undefined {
    const old = this.wasBefore(number)
    const now = this.file.object(number, this.revision.index)?.value
    if (!this.open.delete(number) || old?.kind !== 'array' || now?.kind !== 'array') {
      this.fault('change.object', number)
      return undefined
    }
    return { old: old.items, now: now.items }
  }

  /** Accounts for a new object at its one place. */
  takeNew(value: Value | undefined): PdfObject | undefined {
    const reference = asReference(value)
    if (!reference || reference.generation !== 0 || !this.isNew(reference.number) || !this.open.delete(reference.number)) {
      this.fault('change.reference', reference?.number ?? '')
      return undefined
    }
    return this.file.object(reference.number, this.revision.index)
  }

  /** Whatever was written and not accounted for. */
  close(): void {
    for (const number of this.open) this.fault(this.isNew(number) ? 'change.unreachable' : 'change.object', number)
  }

  only(dictionary: DictionaryValue, keys: readonly string[], what: string | number): void {
    for (const key of dictionary.entries.keys()) if (!keys.includes(key)) this.fault('change.key', `${what}/${key}`)
  }
}
