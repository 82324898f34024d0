import { createEntrySheet } from './entry-sheet.js'
import { layOver } from './laying.js'
import { openMarkSheet } from './marks.js'
import { send } from './send.js'

const SAVE_AFTER = 700
const TRY_AGAIN_AFTER = 3_000
/** Half an address is no mistake yet. */
const WHOLE = new Set(['email', 'phone', 'date'])

const form = document.querySelector('[data-filling]')
const button = document.querySelector('[data-next-step]')
const reviewNow = document.querySelector('[data-review-now]')
const count = document.querySelector('[data-missing-count]')
const state = document.querySelector('[data-saved-state]')
const words = form.dataset
const missingWords = JSON.parse(words.missing)
const optionalWords = JSON.parse(words.optionalLeft)
// With a finger, or where a page is small, a field is filled in on a sheet of its own.
const compact = matchMedia('(max-width: 700px), (pointer: coarse)')
const still = matchMedia('(prefers-reduced-motion: reduce)')

const places = [...form.querySelectorAll('[data-place]')].map((element) => ({
  element,
  id: element.dataset.place,
  kind: element.dataset.kind,
  name: element.dataset.name,
  isRequired: 'required' in element.dataset,
  isFixed: 'fixed' in element.dataset,
  control: element.querySelector('.place__control'),
  mark: element.querySelector('[data-mark]'),
  file: element.querySelector('[data-attachment]'),
  error: element.querySelector('.place__error'),
  opener: null,
}))
const asked = places.filter(({ isFixed }) => !isFixed)
const required = asked.filter(({ isRequired }) => isRequired)
const kept = `walk ${form.action}`
const before = restored()
/** What was empty at some time since this tab was first here: these are walked through, and counted. */
const walk = new Set(asked.filter(({ id }) => before.walk.includes(id)))
/** Whoever has been at an optional field and left it empty has decided. */
const seen = new Set(asked.filter(({ id }) => before.seen.includes(id)))
let last = -1

/** A file is chosen on a page of its own, and the count goes on behind it. */
function restored() {
  try {
    return { walk: [], seen: [], ...JSON.parse(sessionStorage.getItem(kept)) }
  } catch {
    return { walk: [], seen: [] }
  }
}

function keep() {
  const ids = (set) => [...set].map(({ id }) => id)
  try {
    sessionStorage.setItem(kept, JSON.stringify({ walk: ids(walk), seen: ids(seen) }))
  } catch {
    // A browser that keeps nothing counts anew.
  }
}

// ——— What is missing ———

const isFilled = ({ mark, file, control, kind }) =>
  file ? 'attached' in file.dataset : mark ? mark.querySelector('img') !== null : kind === 'checkbox' ? control.checked : Boolean(control?.value.trim())
const isRefused = ({ element }) => element.classList.contains('is-refused')
const isMissing = (place) => !isFilled(place) || isRefused(place)
const isWaiting = (place) => isRefused(place) || (!isFilled(place) && (place.isRequired || !seen.has(place)))

function refresh() {
  for (const place of places) {
    if (place.isFixed) continue
    place.element.classList.toggle('is-filled', isFilled(place))
    if (isFilled(place)) place.element.classList.remove('is-missing')
    if (!place.opener) continue
    place.opener.textContent = place.control.value
    place.opener.setAttribute('aria-label', `${place.name}: ${place.control.value}`)
  }
  const waiting = asked.filter(isWaiting)
  for (const place of waiting) walk.add(place)
  keep()
  const missing = required.filter(isMissing).length
  count.textContent = caption(missing, waiting.filter(({ isRequired }) => !isRequired).length)
  button.textContent = waiting.length ? nextLabel() : words.review
  reviewNow.hidden = missing > 0 || !waiting.length || waiting.some(isRefused)
}

const counted = (sentences, number) => sentences[Math.min(number, 2)].replace('2', number)

/** What is missing and what may be left empty together are what the button still leads through. */
function caption(missing, optional) {
  if (missing) return [counted(missingWords, missing), ...(optional ? [counted(optionalWords, optional)] : [])].join(' · ')
  const empty = asked.filter((place) => !place.isRequired && place.kind !== 'checkbox' && !isFilled(place))
  if (empty.length) return words.emptyOptional.replace('{names}', () => empty.map(({ name }) => name).join(', '))
  return asked.length ? words.complete : ''
}

/** Which of all that were empty comes next: one more than are done. */
function nextLabel(underHand = null) {
  const done = [...walk].filter((place) => place === underHand || !isWaiting(place)).length
  return words.next.replace('{at}', Math.min(done + 1, walk.size)).replace('{total}', walk.size)
}

/** The first one behind where they were, or from the top again. */
function nextWaiting(besides = null) {
  const waiting = asked.filter((place) => place !== besides && isWaiting(place))
  return waiting.find((place) => places.indexOf(place) > last) ?? waiting[0] ?? null
}

/** An optional field that they have been at counts as decided. */
function visit(place) {
  last = places.indexOf(place)
  if (!place.isRequired) seen.add(place)
  refresh()
}

function open(place) {
  if (place.file) openFile(place)
  else if (place.mark) openMarkSheet(place.kind)
  else entrySheet.open(place)
}

function goTo(place) {
  visit(place)
  for (const other of places) other.element.classList.toggle('is-here', other === place)
  place.element.scrollIntoView({ block: 'center', behavior: still.matches ? 'auto' : 'smooth' })
  if (place.mark || place.file || compact.matches) open(place)
  else place.control.focus({ preventScroll: true })
}

button.addEventListener('click', (event) => {
  const next = nextWaiting()
  if (!next) return
  event.preventDefault()
  goTo(next)
})

form.addEventListener('submit', async (event) => {
  // A save that came in after the preview would undo it.
  if (form.dataset.sent) return event.preventDefault()
  clearTimeout(timer)
  if (underWay) {
    event.preventDefault()
    await underWay
    if (required.some(isMissing)) return
    return form.requestSubmit(event.submitter ?? button)
  }
  dirty.clear()
  form.dataset.sent = 'yes'
  button.setAttribute('aria-busy', 'true')
})

// ——— Saved as they go ———

const dirty = new Map()
let timer
let underWay = null

for (const place of places) {
  if (!place.control || place.isFixed) continue
  place.control.addEventListener('input', () => {
    refuse(place, '')
    refresh()
    if (!WHOLE.has(place.kind)) note(place)
  })
  place.control.addEventListener('change', () => {
    if (WHOLE.has(place.kind)) note(place)
  })
  place.control.addEventListener('focus', () => visit(place))
  place.control.addEventListener('keydown', (event) => {
    // Enter in a line would send the whole form.
    if (event.key !== 'Enter' || place.control.tagName === 'TEXTAREA') return
    event.preventDefault()
    const next = nextWaiting()
    if (next) goTo(next)
    else button.focus()
  })
}

function note(place) {
  dirty.set(place.id, place.kind === 'checkbox' ? (place.control.checked ? '1' : '') : place.control.value)
  clearTimeout(timer)
  timer = setTimeout(save, SAVE_AFTER)
}

async function save() {
  clearTimeout(timer)
  while (underWay) await underWay
  if (!dirty.size) return
  underWay = sendDirty()
  await underWay
}

async function sendDirty() {
  const sent = new Map(dirty)
  dirty.clear()
  state.textContent = words.saving
  try {
    await send(form.action, new URLSearchParams([...sent]))
    state.textContent = words.saved
  } catch (error) {
    const refused = error.status === 422 && error.fields
    if (!refused && [403, 404, 409].includes(error.status)) return location.reload()
    for (const [id, value] of sent) if (!refused?.[id] && !dirty.has(id)) dirty.set(id, value)
    for (const place of places) if (refused?.[place.id]) refuse(place, refused[place.id])
    state.textContent = refused ? '' : words.unsaved
    if (dirty.size) timer = setTimeout(save, refused ? 0 : TRY_AGAIN_AFTER)
    refresh()
  } finally {
    underWay = null
  }
}

function refuse(place, sentence) {
  place.element.classList.toggle('is-refused', sentence !== '')
  place.error.textContent = sentence
  place.error.hidden = sentence === ''
  entrySheet.tell(place, sentence)
  if (sentence) {
    place.control.setAttribute('aria-invalid', 'true')
    place.control.setAttribute('aria-describedby', place.error.id)
  } else place.control.removeAttribute('aria-invalid')
}

addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden' && dirty.size && !form.dataset.sent)
    send(form.action, new URLSearchParams([...dirty]), { keepalive: true }).then(() => dirty.clear(), () => {})
})

const entrySheet = createEntrySheet(document.querySelector('[data-entry-dialog]'), {
  visit,
  isRefused,
  nextWaiting,
  nextLabel,
  async settle(place) {
    if (WHOLE.has(place.kind)) note(place)
    if (dirty.has(place.id) || underWay) await save()
  },
  goOn(place) {
    const next = nextWaiting(place)
    if (next) goTo(next)
    else button.focus({ preventScroll: true })
  },
})

// ——— Files ———

/** On a page of its own; what was typed is saved first. */
async function openFile(place) {
  await save()
  location.assign(place.file.href)
}

for (const place of places)
  place.file?.addEventListener('click', (event) => {
    event.preventDefault()
    visit(place)
    openFile(place)
  })

// ——— Marks ———

for (const place of places)
  place.mark?.addEventListener('click', (event) => {
    event.preventDefault()
    visit(place)
    openMarkSheet(place.kind)
  })

document.addEventListener('mark', ({ detail: { kind, picture } }) => {
  for (const { mark } of places.filter((place) => place.kind === kind)) {
    const image = mark.querySelector('img') ?? document.createElement('img')
    image.className = 'place__picture'
    image.alt = ''
    image.src = picture
    mark.prepend(image)
    const here = mark.querySelector('.place__here')
    here.classList.add('visually-hidden')
    here.querySelector('[data-here-text]').textContent = here.dataset.change
  }
  refresh()
})

layOver(form, places, { compact, open, openEntry: entrySheet.open })
refresh()
