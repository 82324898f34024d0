import { at } from '../at.js'
import { saveEntries } from './entries.js'
import { createEntrySheet } from './entry-sheet.js'
import { layOver } from './laying.js'
import { followRules } from './live-rules.js'
import { openMarkSheet } from './marks.js'
import { findPlaces } from './places.js'
import { walkThrough } from './walking.js'

const form = document.querySelector('[data-filling]')
// With a finger, or where a page is small, a field is filled in on a sheet of its own.
const compact = matchMedia('(max-width: 700px), (pointer: coarse)')
const places = findPlaces(form)

function open(place) {
  if (place.file) openFile(place)
  else if (place.mark) openMarkSheet(place.kind)
  else entrySheet.open(place)
}

function refuse(place, sentence) {
  place.element.classList.toggle('is-refused', sentence !== '')
  place.error.textContent = sentence
  place.error.hidden = sentence === ''
  entrySheet.tell(place, sentence)
  const { control, help } = place
  if (!control) return
  if (sentence) control.setAttribute('aria-invalid', 'true')
  else control.removeAttribute('aria-invalid')
  const described = [help?.id, sentence ? place.error.id : ''].filter(Boolean).join(' ')
  if (described) control.setAttribute('aria-describedby', described)
  else control.removeAttribute('aria-describedby')
}

const walk = walkThrough({ form, places, compact, open })
const rules = followRules({ form, places, refuse })
function changed() {
  rules.apply()
  walk.refresh()
}
const entries = saveEntries({ form, places, refuse, changed: walk.refresh })

for (const place of places.all) {
  if (!place.control || place.isFixed) continue
  place.control.addEventListener('input', () => {
    refuse(place, '')
    changed()
    if (!rules.isWhole(place)) entries.note(place)
  })
  place.control.addEventListener('change', () => {
    if (!rules.isWhole(place)) return
    if (rules.settle(place)) entries.note(place)
    else entries.forget(place)
    changed()
  })
  place.control.addEventListener('focus', () => walk.visit(place))
  place.control.addEventListener('keydown', (event) => {
    // Enter in a line would send the whole form.
    if (event.key !== 'Enter' || place.control.tagName === 'TEXTAREA') return
    event.preventDefault()
    walk.goOn()
  })
}

form.addEventListener('submit', async (event) => {
  // A save that came in after the preview would undo it.
  if (form.dataset.sent) return event.preventDefault()
  if (entries.isUnderWay()) {
    event.preventDefault()
    await entries.rest()
    if (walk.missing().length) return
    return form.requestSubmit(event.submitter ?? walk.button)
  }
  void entries.rest()
  form.dataset.sent = 'yes'
  walk.button.setAttribute('aria-busy', 'true')
})

const entrySheet = createEntrySheet(document.querySelector('[data-entry-dialog]'), {
  places,
  visit: walk.visit,
  nextWaiting: walk.nextWaiting,
  nextLabel: walk.nextLabel,
  async settle(place) {
    if (rules.isWhole(place) && place.control.value.trim()) {
      if (!rules.settle(place)) return
      entries.note(place)
    }
    if (entries.isBusy(place)) await entries.save()
  },
  goOn: walk.goOn,
})

// ——— Files ———

/** On a page of its own; what was typed is saved first. */
async function openFile(place) {
  await entries.save()
  location.assign(place.file.href)
}

for (const place of places.all)
  place.file?.addEventListener('click', (event) => {
    event.preventDefault()
    walk.visit(place)
    openFile(place)
  })

// ——— Marks ———

for (const place of places.all)
  place.mark?.addEventListener('click', (event) => {
    event.preventDefault()
    walk.visit(place)
    openMarkSheet(place.kind)
  })

document.addEventListener('mark', ({ detail: { kind, picture } }) => {
  for (const { mark } of places.all.filter((place) => place.kind === kind)) {
    const image = mark.querySelector('img') ?? document.createElement('img')
    image.className = 'place__picture'
    image.alt = ''
    image.src = at(picture)
    mark.prepend(image)
    const here = mark.querySelector('.place__here')
    here.classList.add('visually-hidden')
    here.querySelector('[data-here-text]').textContent = here.dataset.change
  }
  changed()
})

layOver(form, places.all, { compact, open, openEntry: entrySheet.open })
rules.apply(true)
walk.refresh()
