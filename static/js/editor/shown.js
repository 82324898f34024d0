import { fill } from './voice.js'

const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w']
const PICTURED = new Set(['signature', 'initials', 'stamp'])

/** Draws the fields on their pages as buttons in reading order, and the frame with handles about a single one that is selected. */
export function showFields({ draft, leaves, recipients, kindNames, voice, words, faults }) {
  /** @type {Map<string, { button: HTMLButtonElement, field: object }>} */
  const shown = new Map()
  const refused = new Map()
  /** What cannot be meant so, by the name of the field here. */
  let faulty = new Map(faults.map(({ fieldId, message }) => [fieldId, message]))
  const reasonFor = (id) => refused.get(id) ?? faulty.get(id) ?? null
  const frame = document.createElement('div')
  frame.className = 'frame'
  frame.setAttribute('aria-hidden', 'true')
  for (const handle of HANDLES) {
    const knob = document.createElement('span')
    knob.className = `frame__knob frame__knob--${handle}`
    knob.dataset.handle = handle
    frame.append(knob)
  }
  const guides = Object.fromEntries(
    ['x', 'y'].map((axis) => {
      const line = document.createElement('div')
      line.className = `guide guide--${axis}`
      line.hidden = true
      return [axis, line]
    }),
  )

  function place(element, box, leaf) {
    element.style.left = `${(box.x / leaf.width) * 100}%`
    element.style.top = `${(box.y / leaf.height) * 100}%`
    element.style.width = `${(box.width / leaf.width) * 100}%`
    element.style.height = `${(box.height / leaf.height) * 100}%`
  }

  function make(field) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'placed'
    button.dataset.field = field.id
    button.innerHTML = `<span class="placed__letter" aria-hidden="true"><span></span></span><svg class="icon placed__icon" aria-hidden="true"><use/></svg><span class="placed__text" aria-hidden="true"></span>`
    return { button, field: null }
  }

  function draw(entry, field) {
    const { button } = entry
    const leaf = leaves.of(field)
    const recipient = recipients.find(({ id }) => id === field.recipientId)
    place(button, field, leaf)
    button.dataset.hue = recipient ? recipient.hue : 'none'
    button.dataset.kind = field.kind
    button.classList.toggle('placed--optional', !field.required)
    button.classList.toggle('placed--fixed', field.readOnly || !recipient)
    for (const [name, points] of [
      ['--size', field.fontSize || Math.min(24, field.height * 0.62)],
      ['--high', Math.min(field.height, field.width)],
    ])
      button.style.setProperty(name, `${(points / leaf.width) * 100}cqw`)
    const [letter, icon, text] = button.children
    letter.firstElementChild.dataset.letter = recipient?.letter ?? '·'
    icon.toggleAttribute('hidden', !PICTURED.has(field.kind) || field.width < 110)
    icon.firstElementChild.setAttribute('href', `#icon-${field.kind}`)
    text.textContent = field.kind === 'checkbox' ? (field.value ? '✓' : '') : field.kind === 'radio' ? (field.value ? '●' : '') : field.value || field.label || kindNames[field.kind]
    entry.field = field
  }

  function name({ button, field }) {
    const reason = reasonFor(field.id)
    let text = voice.told(field)
    // What is seen in it is part of its name.
    if (field.value && field.value !== '1') text = fill(words.named, { field: text, label: field.value })
    if (!field.required && field.kind !== 'number') text = fill(words.optional, { field: text })
    button.setAttribute('aria-label', reason ? fill(words.refused, { field: text, reason }) : text)
    button.classList.toggle('placed--refused', refused.has(field.id))
    button.classList.toggle('placed--faulty', faulty.has(field.id))
  }

  function frameSelected() {
    const [only, ...others] = draft.selected
    if (!only || others.length) return frame.remove()
    const leaf = leaves.of(only)
    if (frame.parentElement !== leaf.layer) leaf.layer.append(frame)
    place(frame, only, leaf)
    frame.classList.toggle('frame--small', Math.min(only.width, only.height) * leaves.scale(leaf) < 28)
  }

  function render() {
    const focused = document.activeElement
    const here = new Set(draft.fields.map(({ id }) => id))
    for (const [id, { button }] of shown)
      if (!here.has(id)) {
        button.remove()
        shown.delete(id)
      }
    /** The last button on each page, behind which the next one belongs. */
    const last = new Map()
    for (const field of draft.fields) {
      const entry = shown.get(field.id) ?? make(field)
      shown.set(field.id, entry)
      if (entry.field !== field) {
        draw(entry, field)
        name(entry)
      }
      const { layer } = leaves.of(field)
      const before = last.get(layer)
      const next = before ? before.nextElementSibling : layer.firstElementChild
      if (next !== entry.button) layer.insertBefore(entry.button, next)
      last.set(layer, entry.button)
    }
    // A button that changed its place among the others has lost the focus.
    if (focused instanceof HTMLElement && focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true })
    frameSelected()
  }

  function renderSelection() {
    for (const [id, { button }] of shown) button.setAttribute('aria-pressed', draft.selection.has(id))
    frameSelected()
  }

  draft.addEventListener('shown', () => {
    render()
    renderSelection()
  })
  draft.addEventListener('selected', renderSelection)
  render()
  renderSelection()

  return {
    buttonOf: (id) => shown.get(id)?.button,
    focus(id) {
      shown.get(id)?.button.focus({ preventScroll: true })
      shown.get(id)?.button.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    },
    guide(leaf, at) {
      for (const axis of ['x', 'y']) {
        const value = leaf ? at[axis] : null
        guides[axis].hidden = value === null
        if (value === null) continue
        leaf.layer.append(guides[axis])
        guides[axis].style[axis === 'x' ? 'left' : 'top'] = `${(value / (axis === 'x' ? leaf.width : leaf.height)) * 100}%`
      }
    },
    /** Marks the field that the server refused, with its sentence; without one, none. */
    refuse(id, reason) {
      const before = [...refused.keys()]
      refused.clear()
      if (id) refused.set(id, reason)
      for (const one of [...before, id]) if (shown.has(one)) name(shown.get(one))
    },
    /** All that cannot be meant so, with its sentence. */
    findFaulty(told) {
      const before = [...faulty.keys()]
      faulty = told
      for (const id of new Set([...before, ...told.keys()])) if (shown.has(id)) name(shown.get(id))
    },
    reasonFor,
  }
}
