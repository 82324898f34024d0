/** A finger's breadth: the nearest field within it is meant. */
const REACH = 24

/** Fields stand over the pictures of their pages, at every size; on a small page or with a finger each opens on a sheet of its own. */
export function layOver(form, places, { compact, open, openEntry }) {
  for (const group of form.querySelectorAll('[data-places]'))
    group.closest('[data-sheet-page]').querySelector('.sheet__paper').append(group)
  for (const place of places) {
    const { x, y, w, h, size, pageWidth, pageHeight } = place.element.dataset
    const { style } = place.element
    style.left = `${(x / pageWidth) * 100}%`
    style.top = `${(y / pageHeight) * 100}%`
    style.width = `${(w / pageWidth) * 100}%`
    style.height = `${(h / pageHeight) * 100}%`
    const letters = Math.min(size, h * 0.75)
    style.fontSize = `${(letters / pageWidth) * 100}cqw`
    if (place.result) place.result.style.lineHeight = h / letters
    if (!place.control || place.kind === 'checkbox' || place.kind === 'radio') continue
    place.opener = openerOf(place, openEntry)
    // A line as high as its box stands in the middle of it.
    if (place.control.tagName !== 'TEXTAREA') place.opener.style.lineHeight = h / letters
  }
  for (const paper of form.querySelectorAll('.sheet__paper'))
    paper.addEventListener('click', (event) => {
      const nearest = nearestTo(event, places, compact)
      if (!nearest) return
      if (nearest.kind === 'checkbox' || nearest.kind === 'radio') nearest.control.click()
      else open(nearest)
    })
  const follow = () => form.classList.toggle('is-compact', compact.matches)
  compact.addEventListener('change', follow)
  follow()
  form.classList.add('is-laid')
}

function openerOf(place, openEntry) {
  const opener = document.createElement('button')
  opener.type = 'button'
  opener.className = 'place__open'
  opener.addEventListener('click', () => openEntry(place))
  place.control.after(opener)
  return opener
}

/** A field is often smaller than a fingertip. */
function nearestTo(event, places, compact) {
  if (!compact.matches || event.target.closest('[data-place]') || String(getSelection())) return null
  const distance = ({ element }) => {
    const box = element.getBoundingClientRect()
    const across = Math.max(box.left - event.clientX, 0, event.clientX - box.right)
    const down = Math.max(box.top - event.clientY, 0, event.clientY - box.bottom)
    return Math.hypot(across, down)
  }
  const [nearest] = places
    .filter(({ element, isFixed }) => !isFixed && !element.hidden && event.currentTarget.contains(element))
    .map((place) => ({ place, far: distance(place) }))
    .filter(({ far }) => far <= REACH)
    .sort((a, b) => a.far - b.far)
  return nearest?.place ?? null
}
