const still = matchMedia('(prefers-reduced-motion: reduce)')

/** What is missing, counted in words, and the button that leads from one to the next. */
export function walkThrough({ form, places, compact, open }) {
  const button = document.querySelector('[data-next-step]')
  const reviewNow = document.querySelector('[data-review-now]')
  const count = document.querySelector('[data-missing-count]')
  const words = form.dataset
  const missingWords = JSON.parse(words.missing)
  const optionalWords = JSON.parse(words.optionalLeft)
  const kept = `walk ${form.action}`
  const before = restored()
  const { all, isFilled, isRefused, isMissing, isRequired } = places
  /** What was empty at some time since this tab was first here: these are walked through, and counted. */
  const walk = new Set(all.filter(({ id }) => before.walk.includes(id)))
  /** Whoever has been at an optional field and left it empty has decided. */
  const seen = new Set(all.filter(({ id }) => before.seen.includes(id)))
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

  const isWaiting = (place) => isRefused(place) || (!isFilled(place) && (isRequired(place) || !seen.has(place)))
  const missing = () => places.asked().filter((place) => isRequired(place) && isMissing(place))

  function refresh() {
    const asked = places.asked()
    for (const place of all) {
      if (place.isFixed) continue
      place.element.classList.toggle('is-filled', isFilled(place))
      if (isFilled(place)) place.element.classList.remove('is-missing')
      if (!place.opener) continue
      const shown = place.control.selectedOptions ? (place.control.value ? place.control.selectedOptions[0].text : '') : place.control.value
      place.opener.textContent = shown
      place.opener.setAttribute('aria-label', `${place.name}: ${shown}`)
    }
    const waiting = asked.filter(isWaiting)
    for (const place of waiting) walk.add(place)
    for (const place of walk) if (!asked.includes(place)) walk.delete(place)
    keep()
    const open = missing().length
    count.textContent = caption(asked, open, waiting.filter((place) => !isRequired(place)).length)
    button.textContent = waiting.length ? nextLabel() : words.review
    reviewNow.hidden = open > 0 || !waiting.length || waiting.some(isRefused)
  }

  const counted = (sentences, number) => sentences[Math.min(number, 2)].replace('2', number)

  /** What is missing and what may be left empty together are what the button still leads through. */
  function caption(asked, open, optional) {
    if (open) return [counted(missingWords, open), ...(optional ? [counted(optionalWords, optional)] : [])].join(' · ')
    const empty = asked.filter((place) => !isRequired(place) && place.kind !== 'checkbox' && !isFilled(place))
    if (empty.length) return words.emptyOptional.replace('{names}', () => empty.map(({ question }) => question).join(', '))
    return asked.length ? words.complete : ''
  }

  /** Which of all that were empty comes next: one more than are done. */
  function nextLabel(underHand = null) {
    const done = [...walk].filter((place) => place === underHand || !isWaiting(place)).length
    return words.next.replace('{at}', Math.min(done + 1, walk.size)).replace('{total}', walk.size)
  }

  /** The first one behind where they were, or from the top again. */
  function nextWaiting(besides = null) {
    const waiting = places.asked().filter((place) => place !== besides && isWaiting(place))
    return waiting.find((place) => all.indexOf(place) > last) ?? waiting[0] ?? null
  }

  /** An optional field that they have been at counts as decided. */
  function visit(place) {
    const [first] = places.together(place)
    last = all.indexOf(first)
    if (!isRequired(place)) seen.add(first)
    refresh()
  }

  function goTo(place) {
    visit(place)
    for (const other of all) other.element.classList.toggle('is-here', other === place)
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

  return {
    refresh,
    visit,
    nextWaiting,
    nextLabel,
    missing,
    /** To the next one, or to the button. */
    goOn(besides = null) {
      const next = nextWaiting(besides)
      if (next) goTo(next)
      else button.focus({ preventScroll: true })
    },
    button,
  }
}
