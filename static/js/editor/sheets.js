const NARROW = matchMedia('(max-width: 1080px)')

/** On narrow screens the palette and the properties come up from the foot, one at a time. */
export function createSheets(root) {
  const sides = { palette: root.querySelector('[data-palette]'), panel: root.querySelector('[data-panel]') }
  const openers = Object.fromEntries(Object.keys(sides).map((name) => [name, root.querySelector(`[data-opens="${name}"]`)]))
  let shown = null

  function set(name) {
    const before = shown
    shown = name
    for (const [each, side] of Object.entries(sides)) {
      side.classList.toggle('is-open', each === name)
      openers[each].setAttribute('aria-expanded', each === name)
    }
    return before
  }
  const close = (returns = false) => {
    const before = set(null)
    if (before && returns) openers[before].focus()
  }
  function open(name) {
    if (!NARROW.matches) return
    set(name)
  }
  for (const [name, opener] of Object.entries(openers))
    opener.addEventListener('click', () => {
      if (shown === name) return close()
      open(name)
      sides[name].querySelector('[data-close]').focus()
    })
  for (const side of Object.values(sides)) {
    side.querySelector('[data-close]').addEventListener('click', () => close(true))
    side.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !shown) return
      event.stopPropagation()
      close(true)
    })
  }
  NARROW.addEventListener('change', () => close())
  return { open, close: () => close(), isOpen: (name) => shown === name, isNarrow: () => NARROW.matches }
}
