import { choiceOf, type FillableField } from '../../ceremony/filling.ts'
import { formatOf, isNumeric } from '../../field/entry.ts'
import { type Language, words } from '../../view/words.ts'

/** A field as the page shows it. */
export interface Place extends FillableField {
  /** What it is called, the question of a choice before the answer. */
  readonly name: string
  readonly question: string
  readonly answer: string
  /** Of a button: the first one of its choice, which stands for all. */
  readonly choice: string
  /** Points. */
  readonly size: number
  readonly input: { readonly type: string; readonly mode: string | null; readonly autocomplete: string }
  readonly earliest: string | null
  readonly latest: string | null
}

export function placesOf(fields: readonly FillableField[], language: Language): Place[] {
  const { kinds, sources, fields: w } = words(language).signing
  const first = new Map<string, string>()
  for (const field of fields) if (field.kind === 'radio' && !first.has(choiceOf(field))) first.set(choiceOf(field), field.id)
  return fields.map((field) => {
    const { kind, rules, label, page } = field
    const answer =
      label ||
      (kind === 'checkbox'
        ? w.box.replace('{page}', String(page + 1))
        : kind === 'contact' && rules.source
          ? sources[rules.source]
          : kinds[kind])
    const question = kind === 'radio' ? (rules.group ?? answer) : answer
    const format = formatOf(field)
    const days = format?.type === 'date' ? format : null
    return {
      ...field,
      name: kind === 'radio' && rules.group ? w.answer.replace('{question}', () => question).replace('{answer}', () => answer) : answer,
      question,
      answer,
      choice: first.get(choiceOf(field)) ?? field.id,
      size: field.fontSize || (field.multiline ? 12 : Math.min(24, field.height * 0.62)),
      input: inputOf(field),
      earliest: days?.min ?? null,
      latest: days?.max ?? null,
    }
  })
}

const INPUTS: Readonly<Record<string, Place['input']>> = {
  email: { type: 'email', mode: 'email', autocomplete: 'email' },
  phone: { type: 'tel', mode: 'tel', autocomplete: 'tel' },
  date: { type: 'date', mode: null, autocomplete: 'off' },
  'full-name': { type: 'text', mode: null, autocomplete: 'name' },
  'first-name': { type: 'text', mode: null, autocomplete: 'given-name' },
  'last-name': { type: 'text', mode: null, autocomplete: 'family-name' },
  'job-title': { type: 'text', mode: null, autocomplete: 'organization-title' },
  company: { type: 'text', mode: null, autocomplete: 'organization' },
}

function inputOf(field: FillableField): Place['input'] {
  const format = formatOf(field)
  if (isNumeric(format)) return { type: 'text', mode: 'decimal', autocomplete: 'off' }
  const by = field.kind === 'contact' ? field.rules.source : (format?.type ?? field.kind)
  return INPUTS[by ?? ''] ?? { type: 'text', mode: null, autocomplete: 'off' }
}
