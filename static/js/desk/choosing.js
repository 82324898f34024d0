const AFTER = 150
const MOST = 200

/** The list of people becomes a field in which a few letters find somebody; whoever is chosen is added at once. */
export function letChoose({ root, words }) {
  const form = root.querySelector('[data-choose]')
  if (!form) return
  // Somebody new can be made here even where nobody is left to choose.
  form.hidden = false
  const select = form.querySelector('#choose')
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
  list.setAttribute('aria-label', form.querySelector('label[for="choose"]').textContent)
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
  form.querySelector('label[for="choose"]').htmlFor = input.id
  const count = Object.assign(document.createElement('span'), { className: 'visually-hidden', role: 'status' })
  combo.append(input, list, count)
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
    const typed = input.value.trim()
    list.replaceChildren(...people.map(optionOf))
    if (!people.length)
      list.append(Object.assign(document.createElement('li'), { className: 'combo__option combo__option--none', textContent: words.noneFound, role: 'presentation' }))
    if (typed && root.querySelector('#person')) {
      list.append(makingOf(typed))
      if (at < 0) at = 0
    }
    count.textContent = people.length ? words.found.replace('{count}', people.length) : words.noneFound
    open(true)
    mark()
  }

  /** Whoever is in no list is made of what was typed: it goes on in the form below, which asks for the rest. */
  function makingOf(typed) {
    const option = bare(people.length)
    option.classList.add('combo__option--new')
    option.textContent = words.create.replace('{text}', typed)
    option.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      make(typed)
    })
    return option
  }

  function make(typed) {
    open(false)
    const details = root.querySelector('#person')
    const fields = details.querySelector('form').elements
    details.open = true
    const isAddress = typed.includes('@')
    const isNumber = /^[+\d][\d\s().-]{5,}$/.test(typed)
    if (isAddress) fields.email.value = typed
    else if (isNumber) fields.phone.value = typed
    else {
      const words = typed.split(/\s+/)
      fields.lastName.value = words.length > 1 ? words.slice(1).join(' ') : typed
      fields.firstName.value = words.length > 1 ? words[0] : ''
    }
    if (fields.keep) fields.keep.checked = true
    input.value = ''
    details.scrollIntoView({ block: 'nearest' })
    const next = isAddress || isNumber ? fields.firstName : fields.email
    next.focus()
  }

  function bare(index) {
    const option = document.createElement('li')
    option.className = 'combo__option'
    option.id = `choose-${index}`
    option.setAttribute('role', 'option')
    return option
  }

  function optionOf(person, index) {
    const option = bare(index)
    const name = document.createElement('span')
    name.textContent = person.name
    const note = document.createElement('span')
    note.className = 'row__note'
    note.textContent = [person.kind === 'staff' ? words.staff : words.contact, person.company, person.address].filter(Boolean).join(' · ')
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
      const all = list.querySelectorAll('[role="option"]').length
      at = all ? (at + (event.key === 'ArrowDown' ? 1 : -1) + all) % all : -1
      mark()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (list.hidden) return
      if (people[at]) choose(people[at])
      else if (input.value.trim() && root.querySelector('#person')) make(input.value.trim())
    } else if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation()
      open(false)
    }
  })
}
