import type { Db } from '../db/open.ts'
import { namesIn, nameKey } from '../field/formula.ts'
import { formulaOf, groupOf, type RuledField } from '../field/state.ts'
import { isPrefilled } from '../envelope/naming.ts'
import type { Filler } from './filling.ts'
import { standingOf } from './standing.ts'

/** What the recipient's page needs to show and to work out at once what their own entries change. */
export interface Live {
  readonly language: string
  /** Their own fields, and those of others that a rule of theirs speaks of. */
  readonly fields: readonly RuledField[]
  /** What is settled: values of others that are spoken of. Nothing else of what others entered is told. */
  readonly known: Readonly<Record<string, string>>
}

export async function liveRules(db: Db, { recipient, documents }: Filler): Promise<Live> {
  const { fields, state } = await standingOf(db, recipient, documents)
  const ruled = fields.map((field) => field.ruled)
  const own = ruled.filter(({ recipientId }) => recipientId === recipient.id)
  const ids = new Set(own.flatMap(({ rules }) => [rules.show?.field, rules.require?.field]))
  const names = new Set(
    own.flatMap(({ rules }) => {
      const formula = formulaOf(rules)
      return formula ? namesIn(formula) : []
    }),
  )
  const groups = new Set(ruled.filter(({ id, kind }) => kind === 'radio' && ids.has(id)).map(groupOf))
  const spokenOf = ruled.filter(
    (field) =>
      field.recipientId !== recipient.id &&
      (ids.has(field.id) || groups.has(groupOf(field)) || (field.rules.name !== undefined && names.has(nameKey(field.rules.name)))),
  )
  return {
    language: recipient.language,
    // Theirs stand as they stand: what hid or made them is settled.
    fields: [
      ...own,
      ...spokenOf.map((field) => ({ ...field, kind: field.kind === 'calculation' ? 'text' : field.kind, rules: settled(field) })),
    ],
    known: Object.fromEntries(
      [...spokenOf, ...fields.filter((field) => field.recipientId === recipient.id && isPrefilled(field))].map(({ id }) => [
        id,
        state(id).value,
      ]),
    ),
  }
}

function settled({ rules: { group, name, format } }: RuledField): RuledField['rules'] {
  return { ...(group ? { group } : {}), ...(name ? { name } : {}), ...(format ? { format } : {}) }
}
