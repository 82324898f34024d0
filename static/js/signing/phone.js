import { padOn } from './pad.js'
import { send } from './send.js'

/** The phone's side: a pad alone. What is drawn goes to the ceremony on the computer, as often as it is drawn again. */
const place = document.querySelector('[data-phone]')
const { base } = place.dataset
const [canvas, undo, clear, sending, again, told, failure] = [
  '[data-canvas]',
  '[data-undo]',
  '[data-clear]',
  '[data-send]',
  '[data-again]',
  '[data-told]',
  '[data-error]',
].map((name) => place.querySelector(name))

const pad = padOn(canvas, (isEmpty) => {
  canvas.parentElement.classList.toggle('is-drawn', !isEmpty)
  for (const button of [undo, clear, sending]) button.disabled = isEmpty
  if (!isEmpty) show('drawing')
})
undo.addEventListener('click', pad.undo)
clear.addEventListener('click', pad.clear)
again.addEventListener('click', () => {
  pad.clear()
  show('drawing')
})
sending.addEventListener('click', async () => {
  if (sending.getAttribute('aria-busy') === 'true') return
  sending.setAttribute('aria-busy', 'true')
  tell('')
  try {
    await opened
    const matter = new FormData()
    matter.set('picture', await pad.picture(), 'drawn.png')
    await send(`${base}/drawing`, matter)
    show('sent')
  } catch (error) {
    fail(error)
  } finally {
    sending.removeAttribute('aria-busy')
  }
})

function show(state) {
  const isSent = state === 'sent'
  again.hidden = !isSent
  for (const button of [undo, clear, sending]) button.hidden = isSent
  told.textContent = isSent ? place.dataset.sent : ''
  if (isSent) again.focus()
  tell('')
}

function tell(sentence) {
  failure.textContent = sentence
  failure.hidden = sentence === ''
}

/** Over is told by the page itself. */
function fail(error) {
  if ([404, 409, 410].includes(error.status)) location.reload()
  else tell(error.code ? error.message : place.dataset.failed)
}

// A preview of the address fetches the page and never looks at it: only what is looked at is this phone's.
let isOpen
const opened = new Promise((done) => (isOpen = done))
let isAsked = false

async function open() {
  if (isAsked || document.visibilityState !== 'visible') return
  isAsked = true
  try {
    await send(`${base}/opening`, new URLSearchParams())
    isOpen()
  } catch (error) {
    isAsked = false
    fail(error)
  }
}

document.addEventListener('visibilitychange', open)
open()
