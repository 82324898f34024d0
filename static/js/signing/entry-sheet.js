/** One field on a sheet of its own, for a finger: what is typed there stands in the field of the page, and is saved with it. */
export function createEntrySheet(dialog, { visit, settle, isRefused, nextWaiting, nextLabel, goOn }) {
  const label = dialog.querySelector('#entry-label')
  const holder = dialog.querySelector('[data-entry-place]')
  const error = dialog.querySelector('[data-entry-error]')
  const next = dialog.querySelector('[data-entry-next]')
  let entered = null

  function open(place) {
    entered = place
    visit(place)
    const isBox = place.kind === 'checkbox'
    label.textContent = isBox ? label.dataset.box : place.name
    const control = place.control.cloneNode()
    control.id = 'entry-control'
    control.removeAttribute('name')
    if (isBox) holder.replaceChildren(tickOf(place, control))
    else {
      control.className = 'entry__control'
      control.value = place.control.value
      holder.replaceChildren(control)
      for (const type of ['input', 'change'])
        control.addEventListener(type, () => {
          place.control.value = control.value
          place.control.dispatchEvent(new Event(type))
          if (type === 'input') say('')
        })
    }
    next.textContent = nextWaiting(place) ? nextLabel(place) : next.dataset.done
    say(place.error.textContent)
    dialog.showModal()
    control.focus()
  }

  function say(sentence) {
    error.textContent = sentence
    error.hidden = sentence === ''
  }

  dialog.querySelector('[data-entry-form]').addEventListener('submit', async (event) => {
    event.preventDefault()
    const place = entered
    // What the server would not take is told here, where it was typed.
    await settle(place)
    if (isRefused(place)) return say(place.error.textContent)
    dialog.close()
    goOn(place)
  })

  return {
    open,
    tell: (place, sentence) => {
      if (dialog.open && entered === place) say(sentence)
    },
  }
}

function tickOf(place, control) {
  const label = document.createElement('label')
  label.className = 'entry__tick'
  control.className = ''
  control.checked = place.control.checked
  label.append(control, place.name)
  control.addEventListener('change', () => {
    if (control.checked !== place.control.checked) place.control.click()
  })
  return label
}
