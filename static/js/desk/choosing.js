const AFTER = 150
const MOST = 200

/** The list of people becomes a field in which a few letters find somebody; whoever is chosen is added at once. */
export function letChoose({ root, words }) {
  const form = root.querySelector('[data-choose]')
  if (!form) return
  const select = form.querySelector('select')
  const hint = form.querySelector('[data-choose-hint]')
  const combo = document.createElement('div')
  combo.className = 'combo'
  const input = document.createElement('input')
  const list = document.createElement('ul')
  Object.assign(input, { type: 'text', className: 'input', autocomplete: 'off', id: 'choose-text' })
  list.id = 'choose-list'
  list.className = 'combo__list'
  list.hidden = true
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', form.querySelector('label').textContent)
  for (const [name, value] of [
    ['role', 'combobox'],
    ['aria-autocomplete', 'list'],
    ['aria-expanded', 'false'],
    ['aria-controls', list.id],
    ['aria-describedby', 'choose-hint'],
  ])
    input.setAttribute(name, value)
  hint.id = 'choose-hint'
  hint.hidden = false
  form.querySelector('label').htmlFor = input.id
  combo.append(input, list)
  select.hidden = true
  select.before(combo)
  form.querySelector('button').hidden = true

  const known = new Set([...select.options].map(({ value }) => value))
  let people = []
  let at = -1
  let timer = 0
  let asked = 0

  async function find() {
    const mine = ++asked
    const answer = await fetch(`${form.dataset.choose}?search=${encodeURIComponent(input.value)}`, {
      headers: { accept: 'application/json' },
    })
      .then((response) => response.json())
      .catch(() => ({ people: [] }))
    if (mine !== asked) return
    // Whoever stands in the draft already is not in the list of the page.
    people = answer.people.filter(({ id }) => known.has(id) || known.size > MOST)
    at = people.length ? 0 : -1
    render()
  }

  function render() {
    list.replaceChildren(
      ...(people.length
        ? people.map(optionOf)
        : [Object.assign(document.createElement('li'), { className: 'combo__option combo__option--none', textContent: words.noneFound })]),
    )
    open(true)
    mark()
  }

  function optionOf(person, index) {
    const option = document.createElement('li')
    option.className = 'combo__option'
    option.id = `choose-${index}`
    option.setAttribute('role', 'option')
    const name = document.createElement('span')
    name.textContent = person.name
    const note = document.createElement('span')
    note.className = 'row__note'
    note.textContent = [person.kind === 'staff' ? words.staff : '', person.company, person.address].filter(Boolean).join(' · ')
    option.append(name, note)
    // Not on the click: by then the field has lost the focus and the list is closed.
    option.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      choose(person)
    })
    return option
  }

  function open(isOpen) {
    list.hidden = !isOpen
    input.setAttribute('aria-expanded', String(isOpen))
    if (!isOpen) input.removeAttribute('aria-activedescendant')
  }

  function mark() {
    for (const [index, option] of [...list.querySelectorAll('[role="option"]')].entries()) {
      option.setAttribute('aria-selected', String(index === at))
      if (index === at) {
        input.setAttribute('aria-activedescendant', option.id)
        option.scrollIntoView({ block: 'nearest' })
      }
    }
  }

  function choose(person) {
    if (!known.has(person.id)) select.append(new Option(person.name, person.id))
    select.value = person.id
    input.value = person.name
    open(false)
    form.requestSubmit()
  }

  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void find(), AFTER)
  })
  input.addEventListener('focus', () => void find())
  input.addEventListener('blur', () => open(false))
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (list.hidden) return void find()
      at = people.length ? (at + (event.key === 'ArrowDown' ? 1 : -1) + people.length) % people.length : -1
      mark()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (!list.hidden && people[at]) choose(people[at])
    } else if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation()
      open(false)
    }
  })
}
