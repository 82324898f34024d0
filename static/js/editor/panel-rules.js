import { isFault, readEntry, readPattern } from '../field-rules.js'
import { ruleOf, ruleRowsOf, withRule } from './rules.js'
import { fill } from './voice.js'

const BOXES = new Set(['checkbox', 'radio'])
const MARKS = new Set(['signature', 'initials', 'stamp', 'attachment'])

/** The rows of rules of one field: what it asks of an entry, when it is asked, what it works out. */
export function createRuleRows({ some, draft, recipients, words, sentences, kindNames, lang }) {
  const controls = [...some.querySelectorAll('[data-rule]')]
  const rowOf = (name) => some.querySelector(`[data-row="${name}"]`)
  const tried = some.querySelector('[data-tried]')
  const sample = some.querySelector('[data-try]')
  const turnOf = ({ recipientId }) => recipients.find(({ id }) => id === recipientId)?.turn ?? 0
  const told = ({ reason, params }) => fill(sentences[reason] ?? '', params)

  /** Those that are filled in by then: of the same person, of somebody before, or by nobody. */
  const known = (field) =>
    draft.steady.filter(
      (other) =>
        other.id !== field.id &&
        other.kind !== 'number' &&
        (other.recipientId === field.recipientId || !other.recipientId || turnOf(other) < turnOf(field)),
    )
  const nameOf = (other) => {
    const name = [other.rules?.group, other.label].filter(Boolean).join(': ')
    return fill(name ? words.ruleField : words.ruleFieldPlain, { name, kind: kindNames[other.kind], page: other.page + 1 })
  }
  const startOf = (id) => {
    const other = draft.find(id)
    if (BOXES.has(other.kind)) return { field: id, is: 'ticked' }
    return other.kind === 'drop-down' ? { field: id, is: 'equals', value: other.rules.options?.[0] ?? '' } : { field: id, is: 'filled' }
  }

  function options(select, entries) {
    const [first] = select.options
    select.replaceChildren(first, ...entries.map(([value, text]) => Object.assign(document.createElement('option'), { value, textContent: text })))
  }

  function renderCondition(field, which) {
    const row = rowOf(`rule:${which}`)
    if (row.hidden) return
    const condition = field.rules?.[which]
    const [select, comparison] = row.querySelectorAll('select')
    const choices = known(field).map((other) => [other.id, nameOf(other)])
    if (condition && !choices.some(([id]) => id === condition.field)) choices.push([condition.field, words.ruleFieldGone])
    if (select !== document.activeElement) options(select, choices)
    const other = condition && draft.find(condition.field)
    row.querySelector('[data-more]').hidden = !condition
    for (const option of comparison.options) {
      const isOfBox = option.value === 'ticked' || option.value === 'unticked'
      const isOfText = option.value === 'equals' || option.value === 'differs'
      option.hidden = option.disabled =
        other !== undefined && ((isOfBox && !BOXES.has(other.kind)) || (isOfText && (other.kind === 'checkbox' || MARKS.has(other.kind))))
    }
    const compared = row.querySelector('[data-compared]')
    compared.hidden = !condition || !['equals', 'differs'].includes(condition.is)
    const values = other?.kind === 'radio' ? draft.steady.filter((one) => one.kind === 'radio' && one.rules.group === other.rules.group).map(({ label }) => label) : (other?.rules?.options ?? [])
    row
      .querySelector('[data-values]')
      .replaceChildren(...values.map((value) => Object.assign(document.createElement('option'), { value })))
  }

  function renderNames(field) {
    const names = known(field).flatMap(({ rules }) => (rules?.name ? [rules.name] : []))
    some.querySelector('[data-names]').textContent = names.length ? fill(words.ruleNames, { names: names.join(', ') }) : words.ruleNoNames
    const groups = new Set(draft.steady.flatMap(({ kind, rules }) => (kind === 'radio' && rules.group ? [rules.group] : [])))
    some
      .querySelector('[data-groups]')
      .replaceChildren(...[...groups].map((value) => Object.assign(document.createElement('option'), { value })))
  }

  function render(field) {
    const optionValues = some.querySelector('[data-option-values]')
    options(optionValues, (field.rules?.options ?? []).filter(Boolean).map((value) => [value, value]))
    if (optionValues !== document.activeElement) optionValues.value = field.value
    // A result has a form; a text need not have one.
    const [any] = rowOf('rule:format').querySelector('select').options
    any.hidden = any.disabled = field.kind === 'calculation'
    for (const which of ['show', 'require']) renderCondition(field, which)
    renderNames(field)
    for (const control of controls)
      if (control !== document.activeElement && !control.closest('[hidden]')) {
        const value = ruleOf(field, control.dataset.rule)
        if (control.value !== value) control.value = value
      }
    tryOut(field)
  }

  /** A pattern is judged as it is typed, with a sample. */
  function tryOut(field) {
    const format = field.rules?.format
    if (format?.type !== 'pattern') return (tried.textContent = '')
    try {
      readPattern(format.pattern)
    } catch (fault) {
      return (tried.textContent = format.pattern ? told({ reason: fault.reason, params: { at: fault.at + 1, sign: fault.sign } }) : '')
    }
    const entry = sample.value && readEntry(format, sample.value, lang)
    tried.textContent = entry ? (isFault(entry) ? told(entry) : words.ruleFits) : ''
  }
  sample.addEventListener('input', () => draft.selected[0] && tryOut(draft.selected[0]))

  some.addEventListener('input', ({ target }) => {
    const path = target.dataset.rule
    const [field] = draft.selected
    if (!path || !field) return
    draft.update([field.id], (one) => withRule(one, path, target.value, startOf), `${path} ${field.id}`)
  })

  return { rowsOf: ruleRowsOf, render }
}
