import { board, say, tileOf } from './page.js'

/** The next cards of a column, in their place. */
board.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-more]')
  if (!link || event.button || event.metaKey || event.ctrlKey) return
  event.preventDefault()
  if (link.getAttribute('aria-busy')) return
  link.setAttribute('aria-busy', 'true')
  const answer = await fetch(link.dataset.more, { headers: { accept: 'text/html' } }).catch(() => null)
  if (!answer?.ok) return location.assign(link.href)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  // A card that has moved here meanwhile stands further up already.
  const fresh = [...page.querySelectorAll('li')].filter((item) => !item.dataset.card || !tileOf(item.dataset.card))
  link.closest('li').replaceWith(...fresh)
  fresh[0]?.querySelector('a')?.focus({ preventScroll: true })
  say(board.dataset.changed.replace('{count}', fresh.filter((item) => item.dataset.card).length))
})
