import { at } from '../at.js'
import { board, columnOf, query, say, tileOf, tiles } from './page.js'

/** The newest entry first; of one moment, the greater id: as the server orders them. */
const isBefore = (at, other) => at > other

/** Puts fresh cards in the place of those shown; each keeps its focus, and nothing else on the page is touched. */
export async function refresh(ids, { quietly = [] } = {}) {
  const told = []
  for (let from = 0; from < ids.length; from += 50) {
    const address = new URLSearchParams(query())
    address.set('ids', ids.slice(from, from + 50).join(','))
    const answer = await fetch(at(`/board/changes?${address}`), { headers: { accept: 'application/json' } }).catch(() => null)
    if (!answer?.ok) return false
    const { cards, counts } = await answer.json()
    for (const card of cards) {
      const what = place(card)
      if (what && !quietly.includes(card.id)) told.push(what)
    }
    recount(counts)
  }
  announce(told)
  return true
}

function place({ id, stage, html }) {
  const old = tileOf(id)
  const column = stage ? columnOf(stage) : null
  const hadFocus = old?.contains(document.activeElement) ? (document.activeElement.dataset.focus ?? 'open') : null
  if (!html || !column) {
    if (!old) return null
    const neighbour = old.nextElementSibling?.querySelector('a') ?? old.closest('[data-column]').querySelector('h2')
    old.remove()
    if (hadFocus) neighbour.focus({ preventScroll: true })
    return { title: old.dataset.title, stage: null }
  }
  const fresh = parsed(html)
  const isSamePlace = old?.dataset.stage === stage && old.dataset.at === fresh.dataset.at
  if (isSamePlace) {
    if (old.isEqualNode(fresh)) return null
    old.replaceWith(fresh)
  } else {
    old?.remove()
    const next = tiles(column).find((tile) => isBefore(fresh.dataset.at, tile.dataset.at))
    const more = column.querySelector('.column__more')
    // What belongs behind the last card that was loaded comes with its page.
    if (!next && more) return { title: fresh.dataset.title, stage: column.dataset.name }
    column.querySelector('[data-cards]').insertBefore(fresh, next ?? more)
    fresh.classList.add('tile--fresh')
  }
  if (hadFocus) fresh.querySelector(`[data-focus="${hadFocus}"]`)?.focus({ preventScroll: true })
  return { title: fresh.dataset.title, stage: isSamePlace ? null : column.dataset.name }
}

export const parsed = (html) => new DOMParser().parseFromString(html, 'text/html').querySelector('[data-card]')

function recount(counts) {
  for (const column of board.querySelectorAll('[data-column]')) {
    const count = counts[column.dataset.column] ?? 0
    column.querySelector('[data-count]').textContent = new Intl.NumberFormat(document.documentElement.lang).format(count)
    column.querySelector('[data-counted]').textContent = String(count)
    column.classList.toggle('column--empty', count === 0)
  }
}

function announce(told) {
  if (!told.length) return
  const [only] = told
  const { appeared, changed, changedOne } = board.dataset
  if (told.length > 1) say(changed.replace('{count}', told.length))
  else say(only.stage ? appeared.replace('{title}', () => only.title).replace('{stage}', () => only.stage) : changedOne)
}
