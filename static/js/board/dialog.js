import { move } from './moving.js'
import { board, tileOf } from './page.js'

/** "Move" opens the page of the same address as a dialog: every stage, and why the others are closed. */
board.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-move-link]')
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return
  event.preventDefault()
  const answer = await fetch(link.href, { headers: { accept: 'text/html' } }).catch(() => null)
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-move]')
  if (!page) return location.assign(link.href)
  open(page, link.closest('[data-card]').dataset.card)
})

function open(content, id) {
  const dialog = document.createElement('dialog')
  dialog.className = 'move-dialog'
  content.querySelector('h1').id = 'move-title'
  dialog.setAttribute('aria-labelledby', 'move-title')
  dialog.append(content)
  document.body.append(dialog)
  const back = () => tileOf(id)?.querySelector('[data-focus="move"]')?.focus({ preventScroll: true })
  dialog.addEventListener('close', () => {
    dialog.remove()
    back()
  })
  dialog.querySelector('[data-cancel]').addEventListener('click', (event) => {
    event.preventDefault()
    dialog.close()
  })
  dialog.querySelector('form')?.addEventListener('submit', async (event) => {
    event.preventDefault()
    const fields = new FormData(event.target)
    dialog.close()
    await move(id, fields)
    back()
  })
  dialog.showModal()
  dialog.querySelector('input:checked')?.focus()
}
