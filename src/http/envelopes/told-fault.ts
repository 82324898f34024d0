import type { EnvelopeFault } from '../../envelope/design-check.ts'
import { fill, type Language, words } from '../../view/words.ts'
import { refusalSentence } from '../errors.ts'

/** Why a field cannot be meant so. A field without a label that it speaks of is called by its kind. */
export function toldFault(language: Language, { reason, params }: Pick<EnvelopeFault, 'reason' | 'params'>): string {
  const { kinds } = words(language).editor
  const kind = params['kind'] as keyof typeof kinds | undefined
  return refusalSentence(language, { reason, params: params['label'] === '' && kind ? { ...params, label: kinds[kind] } : params })
}

/** The same with the field before it: “Drop-down list, page 2: Colour: …”. */
export function toldFaultOf(language: Language, { field, ...fault }: Pick<EnvelopeFault, 'reason' | 'params' | 'field'>): string {
  const { kinds, script } = words(language).editor
  const place = fill(script.fieldNobody, { kind: kinds[field.kind], page: field.page + 1 })
  const named = field.label ? fill(script.named, { field: place, label: field.label }) : place
  return refusalSentence(language, { reason: 'design.at', params: { field: named, sentence: toldFault(language, fault) } })
}
