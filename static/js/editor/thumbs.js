import { fill } from './voice.js'

/** The pages in small, with what stands on each: one stop of the Tab key, arrows from page to page. */
export function showThumbs({ root, stage, draft, leaves, recipients, voice, words }) {
  const thumbs = [...root.querySelectorAll('[data-thumb]')].map((button) => {
    const [documentId, page] = button.dataset.thumb.split('/')
    return { button, leaf: leaves.of({ documentId, page }), marks: button.querySelector('[data-marks]'), name: button.querySelector('img').alt, drawn: null }
  })
  const goTo = root.querySelector('[data-goto]')
  const hueOf = (id) => recipients.find((recipient) => recipient.id === id)?.hue ?? 'none'
  let here = null

  const told = ({ name, leaf }) => {
    const count = draft.steady.filter((field) => leaves.of(field) === leaf).length
    return count ? fill(count === 1 ? words.pageWithOne : words.pageWith, { page: name, count: voice.number(count) }) : name
  }

  function draw() {
    for (const thumb of thumbs) {
      const fields = draft.steady.filter((field) => leaves.of(field) === thumb.leaf)
      const now = fields.map(({ x, y, width, height, recipientId }) => `${x} ${y} ${width} ${height} ${recipientId}`).join()
      if (now === thumb.drawn) continue
      thumb.drawn = now
      thumb.marks.replaceChildren(
        ...fields.map((field) => {
          const mark = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
          for (const side of ['x', 'y', 'width', 'height']) mark.setAttribute(side, field[side])
          mark.dataset.hue = hueOf(field.recipientId)
          return mark
        }),
      )
      thumb.button.setAttribute('aria-label', told(thumb))
    }
  }

  function mark(leaf) {
    if (leaf === here) return
    here = leaf
    if (goTo) goTo.value = `${leaf.documentId}/${leaf.page}`
    for (const thumb of thumbs) {
      const isHere = thumb.leaf === leaf
      thumb.button.toggleAttribute('aria-current', isHere)
      if (isHere) thumb.button.setAttribute('aria-current', 'true')
      if (!thumb.button.parentElement.contains(document.activeElement)) thumb.button.tabIndex = isHere ? 0 : -1
      if (isHere) {
        const list = thumb.button.parentElement
        list.scrollTo({ left: thumb.button.offsetLeft - list.clientWidth / 2 })
      }
    }
  }

  /** To a page, which is told. */
  function go(leaf) {
    leaves.show(leaf)
    mark(leaf)
    const thumb = thumbs.find((one) => one.leaf === leaf)
    if (thumb) voice.say(told(thumb))
  }

  for (const thumb of thumbs) {
    thumb.button.addEventListener('click', () => go(thumb.leaf))
    thumb.button.addEventListener('keydown', (event) => {
      const at = thumbs.indexOf(thumb)
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: thumbs.length - 1 }[event.key]
      const next = thumbs[to]
      if (!next) return
      event.preventDefault()
      for (const one of thumbs) one.button.tabIndex = one === next ? 0 : -1
      next.button.focus()
    })
  }
  goTo?.addEventListener('change', () => {
    const [documentId, page] = goTo.value.split('/')
    go(leaves.of({ documentId, page }))
  })

  let waiting = false
  stage.addEventListener(
    'scroll',
    () => {
      if (waiting) return
      waiting = true
      requestAnimationFrame(() => {
        waiting = false
        mark(leaves.inView().leaf)
      })
    },
    { passive: true },
  )
  draft.addEventListener('shown', () => draft.fields === draft.steady && draw())
  draw()
  mark(leaves.inView().leaf)

  return {
    /** The next page or the one before. */
    turn(by) {
      const leaf = leaves.all[leaves.all.indexOf(here ?? leaves.inView().leaf) + by]
      if (leaf) go(leaf)
    },
  }
}
