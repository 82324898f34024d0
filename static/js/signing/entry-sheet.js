/** One field on a sheet of its own, for a finger: what is typed there stands in the field of the page, and is saved with it. */
export function createEntrySheet(dialog, { places, visit, settle, nextWaiting, nextLabel, goOn }) {
  const label = dialog.querySelector('#entry-label')
  const holder = dialog.querySelector('[data-entry-place]')
  const help = dialog.querySelector('[data-entry-help]')
  const error = dialog.querySelector('[data-entry-error]')
  const next = dialog.querySelector('[data-entry-next]')
  const clear = dialog.querySelector('[data-entry-clear]')
  let entered = null

  function open(place) {
    entered = place
    visit(place)
    const isChoice = place.kind === 'radio'
    // A title that is pressed would choose the first answer.
    if (isChoice) label.removeAttribute('for')
    else label.htmlFor = 'entry-control'
    label.textContent = place.kind === 'checkbox' ? label.dataset.box : place.question
    const first = isChoice ? choiceIn(place) : place.kind === 'checkbox' ? tickIn(place) : controlIn(place)
    const described = place.help?.textContent ?? ''
    help.textContent = described
    help.hidden = described === ''
    if (described) first.setAttribute('aria-describedby', help.id)
    clear.hidden = !isChoice || places.isRequired(place)
    next.textContent = nextWaiting(place) ? nextLabel(place) : next.dataset.done
    say(place.error.textContent)
    dialog.showModal()
    first.focus()
  }

  /** The very control again, so that the keyboard of the phone and its list are the same. */
  function controlIn(place) {
    const control = place.control.cloneNode(true)
    control.id = 'entry-control'
    control.removeAttribute('name')
    control.className = 'entry__control'
    control.value = place.control.value
    holder.replaceChildren(control)
    for (const type of ['input', 'change'])
      control.addEventListener(type, () => {
        place.control.value = control.value
        place.control.dispatchEvent(new Event(type))
        if (type === 'change') control.value = place.control.value
        if (type === 'input') say('')
      })
    return control
  }

  function tickIn(place) {
    const control = boxLike(place.control)
    control.id = 'entry-control'
    const tick = document.createElement('label')
    tick.className = 'entry__tick'
    tick.append(control, place.name)
    control.addEventListener('change', () => {
      if (control.checked !== place.control.checked) place.control.click()
    })
    holder.replaceChildren(tick)
    return control
  }

  /** All answers of the question, wherever they stand on the pages. */
  function choiceIn(place) {
    const group = document.createElement('div')
    group.className = 'entry__choice'
    group.setAttribute('role', 'radiogroup')
    group.setAttribute('aria-labelledby', label.id)
    const controls = places.together(place).map((one) => {
      const control = boxLike(one.control)
      control.name = 'entry-choice'
      const answer = document.createElement('label')
      answer.className = 'entry__tick'
      answer.append(control, one.answer)
      group.append(answer)
      control.addEventListener('change', () => {
        if (!one.control.checked) one.control.click()
        say('')
      })
      return control
    })
    holder.replaceChildren(group)
    return controls.find(({ checked }) => checked) ?? controls[0]
  }

  function boxLike(original) {
    const control = original.cloneNode()
    control.removeAttribute('id')
    control.className = ''
    control.removeAttribute('name')
    control.removeAttribute('aria-describedby')
    control.checked = original.checked
    return control
  }

  clear.addEventListener('click', () => {
    for (const { control } of places.together(entered)) {
      if (!control.checked) continue
      control.checked = false
      control.dispatchEvent(new Event('input'))
    }
    for (const control of holder.querySelectorAll('input')) control.checked = false
  })

  function say(sentence) {
    error.textContent = sentence
    error.hidden = sentence === ''
  }

  dialog.querySelector('[data-entry-form]').addEventListener('submit', async (event) => {
    event.preventDefault()
    const place = entered
    // What the server would not take is told here, where it was typed.
    await settle(place)
    if (places.isRefused(place)) return say(place.error.textContent)
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
