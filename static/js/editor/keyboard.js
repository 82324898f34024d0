const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/** Everything by keys: on the pages, and for what holds everywhere in the editor outside its text boxes. */
export function followKeys({ root, stage, draft, shown, arranging, palette, panel, several, zooming, thumbs, shortcuts }) {
  /** While the focus goes on without taking the selection along. */
  let keeps = false
  stage.addEventListener('focusin', (event) => {
    const id = event.target.closest?.('[data-field]')?.dataset.field
    if (id && !keeps && !draft.selection.has(id)) draft.select([id])
  })

  /** The focus of the pages goes on to what is selected now, never to nowhere; the focus elsewhere stays. */
  const follow = () => {
    const { activeElement } = document
    if (activeElement !== document.body && !stage.contains(activeElement)) return
    const [first] = draft.selected
    if (first) shown.focus(first.id)
    else if (!stage.contains(document.activeElement)) stage.focus({ preventScroll: true })
  }

  root.addEventListener('keydown', (event) => {
    if (event.isComposing || isTyping(event.target) || event.target.closest('dialog')) return
    const { key, shiftKey, altKey } = event
    const command = event.ctrlKey || event.metaKey
    const done = act()
    if (done) event.preventDefault()

    function act() {
      if (command && !altKey) {
        switch (key.toLowerCase()) {
          case 'z':
            if (shiftKey) arranging.redo()
            else arranging.undo()
            follow()
            return true
          case 'y':
            arranging.redo()
            follow()
            return true
          case 'd':
            if (arranging.duplicate()) follow()
            return true
          case 'c':
            return !String(getSelection()) && arranging.copy()
          case 'v':
            if (arranging.paste()) follow()
            return true
          case 'a':
            if (!stage.contains(document.activeElement)) return false
            if (shiftKey) arranging.selectPage()
            else arranging.selectAll()
            return true
          case 'arrowdown':
          case 'arrowup':
            return walk(key === 'ArrowDown' ? 1 : -1, shiftKey)
          case ' ':
            return toggle(event.target.closest('[data-field]'))
        }
        return false
      }
      if (key === 'Escape') {
        if (palette.armed()) return (palette.disarm(), true)
        if (several.isOn()) return (several.off(), true)
        if (!draft.selection.size) return false
        arranging.deselect()
        return true
      }
      switch (key) {
        case '?':
          return (shortcuts.open(), true)
        case '+':
        case '=':
          return (zooming.by(1), true)
        case '-':
          return (zooming.by(-1), true)
        case '0':
          return (zooming.fit('width'), true)
        case '9':
          return (zooming.fit('page'), true)
        case '1':
          return (zooming.to(100), true)
        case 'PageDown':
        case 'PageUp':
          if (!stage.contains(document.activeElement)) return false
          return (thumbs.turn(key === 'PageDown' ? 1 : -1), true)
      }
      const onField = event.target.closest('[data-field]')
      if (!onField) return false
      if (ARROWS[key]) {
        const [x, y] = ARROWS[key]
        const step = shiftKey ? 10 : 1
        if (altKey) arranging.resize(x * step, y * step)
        else arranging.move(x * step, y * step)
        shown.focus(onField.dataset.field)
        return true
      }
      if (key === 'Delete' || key === 'Backspace') {
        const next = neighbour(onField)
        arranging.remove()
        if (next?.isConnected) next.focus({ preventScroll: true })
        else stage.focus({ preventScroll: true })
        return true
      }
      if (key === 'Enter' || key === ' ') {
        const id = onField.dataset.field
        if (shiftKey) toggle(onField)
        else if (draft.selection.has(id)) panel.focus()
        else draft.select([id])
        return true
      }
      return false
    }
  })

  /** The focus to the next field; the selection stays, or takes that one too. */
  function walk(by, takes) {
    const all = [...stage.querySelectorAll('[data-field]')]
    const at = all.indexOf(document.activeElement)
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by]
    if (!next) return all.length > 0
    keeps = true
    shown.focus(next.dataset.field)
    keeps = false
    if (takes) draft.select([...draft.selection, next.dataset.field])
    return true
  }
  function toggle(button) {
    if (!button) return false
    draft.toggle(button.dataset.field)
    return true
  }

  const neighbour = (button) => {
    const all = [...stage.querySelectorAll('[data-field]')]
    const left = all.filter((one) => one === button || !draft.selection.has(one.dataset.field))
    const at = left.indexOf(button)
    return left[at + 1] ?? left[at - 1] ?? null
  }
}

const isTyping = (target) => target.matches('input:not([type="radio"], [type="checkbox"]), textarea, select')
