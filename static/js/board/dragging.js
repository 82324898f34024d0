import { move } from './moving.js'
import { board, mayGo } from './page.js'

/** A mouse lifts a card once it has moved so far; a finger once it has rested so long, so that it can still scroll. */
const FAR = 6
const LONG = 350
/** So near to an edge, the board scrolls along. */
const EDGE = 56

let drag = null

board.addEventListener('pointerdown', (event) => {
  const tile = event.target.closest('[data-card]')
  if (!tile || tile.dataset.may === undefined || event.button || drag || event.target.closest('[data-move-link]')) return
  drag = { tile, id: event.pointerId, x: event.clientX, y: event.clientY, isTouch: event.pointerType !== 'mouse', floating: null }
  if (drag.isTouch) drag.timer = setTimeout(() => lift(), LONG)
})

addEventListener('pointermove', (event) => {
  if (!drag || event.pointerId !== drag.id) return
  const distance = Math.hypot(event.clientX - drag.x, event.clientY - drag.y)
  if (!drag.floating) {
    if (drag.isTouch && distance > FAR) return end()
    if (drag.isTouch || distance < FAR) return
    lift()
  }
  drag.last = { x: event.clientX, y: event.clientY }
  follow()
})

// A finger that has lifted a card scrolls no more.
addEventListener('touchmove', (event) => drag?.floating && event.preventDefault(), { passive: false })
addEventListener('pointerup', (event) => drag && event.pointerId === drag.id && drop())
addEventListener('pointercancel', (event) => drag && event.pointerId === drag.id && end())
addEventListener('keydown', ({ key }) => key === 'Escape' && drag?.floating && end())
board.addEventListener('contextmenu', (event) => drag?.isTouch && event.preventDefault())
board.addEventListener('dragstart', (event) => event.preventDefault())

/** Whether a card is in the air: what changes meanwhile is shown afterwards. */
export const isDragging = () => drag?.floating != null

function lift() {
  const { tile } = drag
  const box = tile.getBoundingClientRect()
  drag.grip = { x: drag.x - box.left, y: drag.y - box.top }
  drag.last = { x: drag.x, y: drag.y }
  drag.floating = tile.cloneNode(true)
  drag.floating.classList.add('tile--floating')
  drag.floating.setAttribute('aria-hidden', 'true')
  drag.floating.inert = true
  delete drag.floating.dataset.card
  drag.floating.style.inlineSize = `${box.width}px`
  document.body.append(drag.floating)
  tile.classList.add('tile--lifted')
  document.documentElement.classList.add('is-dragging')
  for (const column of board.querySelectorAll('[data-column]')) column.classList.toggle('column--closed', !mayGo(tile, column))
  drag.scrolling = setInterval(scrollAlong, 16)
  follow()
}

function columnAt({ x, y }) {
  return document.elementFromPoint(x, y)?.closest('[data-column]') ?? null
}

function follow() {
  const { floating, grip, last } = drag
  floating.style.transform = `translate(${last.x - grip.x}px, ${last.y - grip.y}px)`
  const over = columnAt(last)
  for (const column of board.querySelectorAll('[data-column]')) column.classList.toggle('column--over', column === over)
}

function scrollAlong() {
  const box = board.getBoundingClientRect()
  const { x } = drag.last
  const by = x < box.left + EDGE ? -10 : x > Math.min(box.right, innerWidth) - EDGE ? 10 : 0
  if (!by) return
  board.scrollLeft += by
  follow()
}

function drop() {
  const { tile, floating, last } = drag
  const column = floating && columnAt(last)
  if (floating) addEventListener('click', swallow, { capture: true, once: true })
  setTimeout(() => removeEventListener('click', swallow, { capture: true }), 0)
  end()
  if (!column || column.dataset.column === tile.dataset.stage) return
  void move(tile.dataset.card, new Map([['stage', column.dataset.column], ['entry', tile.dataset.entry]]))
}

/** The press that ends a drag opens no card. */
const swallow = (event) => {
  event.preventDefault()
  event.stopPropagation()
}

function end() {
  clearTimeout(drag.timer)
  clearInterval(drag.scrolling)
  drag.floating?.remove()
  drag.tile.classList.remove('tile--lifted')
  document.documentElement.classList.remove('is-dragging')
  for (const column of board.querySelectorAll('[data-column]')) column.classList.remove('column--closed', 'column--over')
  drag = null
  document.dispatchEvent(new CustomEvent('paraphe:dropped'))
}
