import { at } from '../at.js'
import { post } from '../desk/request.js'
import { refresh } from './cards.js'
import { board, refuse, say, tileOf } from './page.js'

const bar = document.querySelector('[data-undo-bar]')
const form = document.querySelector('[data-undo]')

/** Asks the server, which has the last word; then shows where the card stands, and the way back. */
export async function move(id, fields) {
  refuse('')
  const answer = await post(at(`/envelopes/${id}/stage`), fields).catch(() => null)
  if (!answer?.ok) {
    refuse(answer?.body?.message ?? board.dataset.failed)
    await refresh([id], { quietly: [id] })
    return false
  }
  await refresh([id], { quietly: [id] })
  say(answer.body.told)
  if (answer.body.move) offerUndo(answer.body)
  return true
}

function offerUndo({ move: id, told }) {
  bar.hidden = false
  bar.querySelector('[data-undo-text]').textContent = told
  form.action = at(`/board/moves/${id}/undoing`)
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  refuse('')
  const answer = await post(form.action, new FormData(form)).catch(() => null)
  if (!answer?.ok) return refuse(answer?.body?.message ?? board.dataset.failed)
  bar.hidden = true
  await refresh([answer.body.envelope], { quietly: [answer.body.envelope] })
  say(answer.body.told)
  tileOf(answer.body.envelope)?.querySelector('[data-focus="open"]').focus({ preventScroll: true })
})
