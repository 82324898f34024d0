import type { PlacedField } from '../../envelope/fields.ts'
import { formatOf, isFault, readEntry } from '../../field/entry.ts'
import type { Condition, Format, Rules } from '../../field/rules.ts'

/**
 * Default values and what conditions compare with are typed in the sender's language, and kept in the form in which every language reads them.
 * A wrong one stays as it was typed: the design check tells of it.
 */
export function withStoredValues(fields: readonly PlacedField[], language: string): PlacedField[] {
  const formats = new Map(fields.map(({ id, kind, rules = {} }) => [id, formatOf({ kind, rules })]))
  const condition = (of: Condition | undefined): Condition | undefined =>
    of?.value ? { ...of, value: stored(formats.get(of.field), of.value, language) } : of
  return fields.map((field) => {
    const { show, require } = field.rules ?? {}
    const rules: Rules = {
      ...field.rules,
      ...(show ? { show: condition(show)! } : {}),
      ...(require ? { require: condition(require)! } : {}),
    }
    return { ...field, rules, value: stored(formats.get(field.id), field.value, language) }
  })
}

function stored(format: Format | null | undefined, typed: string, language: string): string {
  // A pattern that cannot be read yet judges nothing.
  if (!format || !typed || format.type === 'pattern') return typed
  // What is out of its limits is a number all the same.
  const entry = readEntry(format.type === 'number' || format.type === 'amount' ? withoutLimits(format) : format, typed, language)
  return isFault(entry) ? typed : entry.value
}

function withoutLimits<F extends Extract<Format, { type: 'number' | 'amount' }>>({ min: _, max: __, ...format }: F): Format {
  return format as unknown as Format
}
