/** A switch for those who have no Shift key: while it is on, each press adds a field to the selection or takes it out. */
export function createSeveral({ root, stage, draft, voice, words }) {
  const button = root.querySelector('[data-several]')
  let isOn = false
  function set(next) {
    isOn = next
    button.setAttribute('aria-pressed', isOn)
    stage.classList.toggle('is-several', isOn)
    voice.say(isOn ? words.severalOn : words.severalOff, { count: voice.number(draft.selection.size) })
  }
  button.addEventListener('click', () => set(!isOn))
  return { isOn: () => isOn, off: () => isOn && set(false) }
}
