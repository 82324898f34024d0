import { within } from './geometry.js'
import { createRuleRows } from './panel-rules.js'

const BOX = new Set(['x', 'y', 'width', 'height'])
const MARKS = new Set(['signature', 'initials', 'stamp'])
const LINES = new Set(['multiline', 'company-details'])

/** Which rows a kind has. */
function rowsOf(kind) {
  const rows = new Set(['recipientId', 'required', 'label', 'box'])
  if (MARKS.has(kind)) return rows
  rows.add('fontSize')
  if (kind === 'calculation') {
    rows.delete('required')
    return rows
  }
  if (kind === 'date-signed') return rows.add('dateSignedHint')
  if (kind === 'number') {
    rows.delete('recipientId')
    rows.delete('required')
    return rows.add('seriesId').add('numberHint')
  }
  if (kind === 'attachment') return rows
  if (kind === 'radio') {
    rows.delete('fontSize')
    return rows.add('value:tick')
  }
  rows.add('readOnly')
  if (kind === 'checkbox') {
    rows.delete('fontSize')
    return rows.add('value:tick')
  }
  if (kind === 'drop-down') return rows.add('value:option')
  return rows.add(kind === 'date' ? 'value:date' : LINES.has(kind) ? 'value:lines' : 'value:line')
}

/** The properties of what is selected: one field, or what several have in common. */
export function createPanel({ root, draft, leaves, shown, arranging, words, sentences, recipients, kindNames, lang, voice, sheets }) {
  const side = root.querySelector('[data-panel]')
  const [none, some, title, error] = ['none', 'some', 'title', 'error'].map((name) => side.querySelector(`[data-${name}]`))
  const opener = root.querySelector('[data-opens="panel"]')
  const heading = title.textContent
  const rows = [...some.querySelectorAll('[data-row]')]
  const inputs = [...some.querySelectorAll('[data-property]')]
  const rules = createRuleRows({ some, draft, recipients, words, sentences, kindNames, lang })

  const valueOf = (input, field) => {
    const { property } = input.dataset
    if (property === 'recipientId' || property === 'seriesId') return field[property] ?? ''
    if (property === 'autoSize') return field.fontSize === 0
    if (property === 'fontSize') return field.fontSize || ''
    return field[property]
  }

  function render() {
    const { selected } = draft
    none.hidden = selected.length > 0
    some.hidden = selected.length === 0
    opener.disabled = selected.length === 0
    if (!selected.length) {
      title.textContent = heading
      return
    }
    const [first, ...others] = selected
    title.textContent = others.length ? words.selectedMany.replace('{count}', voice.number(selected.length)) : kindNames[first.kind]
    let wanted = rowsOf(first.kind)
    for (const field of others)
      wanted = new Set([...wanted].filter((row) => rowsOf(field.kind).has(row) && row !== 'box' && !row.startsWith('value')))
    if (!others.length) for (const row of rules.rowsOf(first)) wanted.add(row)
    for (const row of rows) row.hidden = !wanted.has(row.dataset.row)
    if (!others.length) rules.render(first)
    for (const input of inputs) {
      const same = others.every((field) => valueOf(input, field) === valueOf(input, first))
      const value = valueOf(input, first)
      if (input.type === 'checkbox') {
        input.checked = same && Boolean(value)
        input.indeterminate = !same
      } else if (input !== document.activeElement || BOX.has(input.dataset.property)) {
        const text = same
          ? typeof value === 'number'
            ? String(Math.round(value * 100) / 100)
            : value
          : input.tagName === 'SELECT'
            ? '*'
            : ''
        if (input.value !== text && input !== document.activeElement) input.value = text
      }
    }
    const reason = others.length ? null : shown.reasonFor(first.id)
    error.hidden = !reason
    error.textContent = reason ?? ''
  }

  function read(input) {
    const { property } = input.dataset
    if (input.type === 'checkbox') return property === 'value' ? (input.checked ? '1' : '') : input.checked
    if (input.type === 'number') {
      const number = Number(input.value.replace(',', '.'))
      return input.value !== '' && Number.isFinite(number) ? number : null
    }
    if (property === 'recipientId' || property === 'seriesId') return input.value || null
    return input.value
  }

  function apply(event) {
    const input = event.target.closest('[data-property]')
    if (!input || !draft.selection.size) return
    const { property } = input.dataset
    const value = read(input)
    if (input.type === 'number' && (value === null || (property === 'fontSize' && !(value >= 4 && value <= 48)))) return
    draft.update(
      property === 'required' ? withChoices() : draft.selection,
      (field) => {
        if (property === 'autoSize') return { ...field, fontSize: value ? 0 : 10 }
        const changed = { ...field, [property]: value }
        return BOX.has(property) ? { ...field, ...within(changed, leaves.of(field)) } : changed
      },
      `${property} ${[...draft.selection].join(' ')}`,
    )
  }
  /** A choice is required as a whole. */
  function withChoices() {
    const groups = new Set(draft.selected.flatMap(({ kind, rules }) => (kind === 'radio' && rules.group ? [rules.group] : [])))
    const others = draft.steady.filter(({ kind, rules }) => kind === 'radio' && groups.has(rules.group))
    return [...draft.selection, ...others.map(({ id }) => id)]
  }

  // What is typed counts at once; a number is put right when it is left.
  some.addEventListener('input', apply)
  some.addEventListener('focusout', () => {
    draft.pause()
    queueMicrotask(render)
  })
  some.addEventListener('click', (event) => {
    const act = event.target.closest('[data-act]')?.dataset.act
    if (!act) return
    arranging[act]()
    const [first] = draft.selected
    if (act === 'remove') sheets.close()
    if (act === 'remove' && event.detail === 0) root.querySelector('[data-stage]').focus({ preventScroll: true })
    if (act === 'duplicate' && first) shown.focus(first.id)
  })
  side.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || sheets.isOpen('panel')) return
    const [first] = draft.selected
    if (!first) return
    event.stopPropagation()
    shown.focus(first.id)
  })

  draft.addEventListener('shown', render)
  draft.addEventListener('selected', render)
  render()
  return {
    render,
    focus() {
      sheets.open('panel')
      inputs.find((input) => input.offsetParent !== null)?.focus()
    },
  }
}
