import { at } from '../at.js'
import { send } from './send.js'

const LOOK_EVERY = 1_000

/**
 * On the computer: a code to scan, and what is drawn on the phone as soon as it is. Answers which drawing is shown; null where none is.
 * `onChange` learns whether there is one to be used.
 */
export function phoneDrawing(sheet, form, onChange) {
  const place = form.querySelector('[data-phone-place]')
  const start = form.querySelector('[data-phone-start]')
  if (!place) return { chosen: () => null, isOpen: () => false }
  const [code, picture, told, back, again] = ['[data-phone-code]', '[data-phone-picture]', '[data-phone-told]', '[data-phone-back]', '[data-phone-again]'].map(
    (name) => place.querySelector(name),
  )
  const here = form.querySelectorAll('[data-draw-here]')
  const words = place.dataset
  let asked = null
  let shown = null
  let timer

  function show(state) {
    place.hidden = state === 'closed'
    for (const element of here) element.hidden = state !== 'closed'
    start.hidden = state !== 'closed'
    code.parentElement.hidden = state !== 'waiting'
    picture.parentElement.hidden = state !== 'drawn'
    again.hidden = state !== 'over'
    const sentence = state === 'closed' ? '' : state === 'waiting' ? words.scan : words[state]
    if (told.textContent !== sentence) told.textContent = sentence
    onChange(state === 'closed' ? 'closed' : shown ? 'drawn' : 'nothing')
  }

  async function ask() {
    start.setAttribute('aria-busy', 'true')
    shown = null
    try {
      const matter = new FormData()
      matter.set('kind', sheet.dataset.markSheet)
      asked = await send(`${sheet.dataset.base}/pads`, matter)
      code.src = asked.picture
      show('waiting')
      again.blur()
      back.focus()
      look(asked)
    } catch (error) {
      if ([403, 404, 409].includes(error.status)) return location.reload()
      close()
      form.dispatchEvent(new CustomEvent('refused', { detail: error }))
    } finally {
      start.removeAttribute('aria-busy')
    }
  }

  function look(mine) {
    clearTimeout(timer)
    timer = setTimeout(async () => {
      if (mine !== asked) return
      try {
        const answer = document.visibilityState === 'visible' ? await progress(mine) : null
        if (mine !== asked) return
        if (answer) follow(mine, answer)
        if (answer?.state === 'over') return
      } catch (error) {
        if ([403, 404, 409].includes(error.status)) return location.reload()
      }
      look(mine)
    }, LOOK_EVERY)
  }

  function follow(mine, { state, drawing }) {
    if (state === 'drawn' && shown?.drawing !== drawing) {
      shown = { pad: mine.pad, drawing }
      picture.src = at(`${mine.progress}/picture?drawing=${drawing}`)
    }
    if (state === 'over') shown = null
    show(state)
  }

  function close() {
    asked = null
    shown = null
    clearTimeout(timer)
    show('closed')
    start.focus()
  }

  start.addEventListener('click', ask)
  again.addEventListener('click', ask)
  back.addEventListener('click', close)
  // What was used, or left, asks for nothing any more.
  sheet.addEventListener('mark', () => asked && close())
  sheet.closest('dialog')?.addEventListener('close', () => asked && close())
  return { chosen: () => shown, isOpen: () => asked !== null }
}

async function progress({ progress: address }) {
  const response = await fetch(at(address), { headers: { accept: 'application/json' }, credentials: 'same-origin' })
  const answer = await response.json()
  if (!response.ok) throw Object.assign(new Error(answer.message), { status: response.status })
  return answer
}
