import { createFollowing, SLACK } from './following.js'
import { createMarquee } from './marquee.js'
import { createMoving, createSnapping } from './moving.js'
import { createPlacing } from './placing.js'

/** Mouse, finger and pen: moving, resizing, selecting, and putting down what was taken from the palette. */
export function followPointer({ stage, draft, leaves, shown, arranging, palette, several, voice, words }) {
  const follow = createFollowing({ stage, shown })
  const snapping = createSnapping({ arranging, leaves })
  const { moveFrom, resizeFrom } = createMoving({ draft, leaves, shown, arranging, voice, words, follow, snapping })
  const { takeFrom, placeArmed } = createPlacing({ draft, leaves, shown, arranging, palette, voice, words, follow, snapping })
  const drawFrom = createMarquee({ stage, draft, shown, follow })
  const isStill = (from, to) => Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY) < SLACK

  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.isPrimary) return
    const kind = palette.armed()
    if (kind) return placeArmed(event, kind)
    const { handle } = event.target.dataset
    if (handle) {
      event.preventDefault()
      return resizeFrom(event, handle)
    }
    const button = event.target.closest('[data-field]')
    if (!button) return pressBeside(event)
    const { field: id } = button.dataset
    if (event.shiftKey || several.isOn()) return toggle(event, id, button)
    const wasSelected = draft.selection.has(id)
    // A finger on a field that is not selected may be about to scroll: it selects by a tap, and moves what is selected.
    if (event.pointerType === 'touch' && !wasSelected)
      return follow(event, { move() {}, cancel() {}, end: (at, moved) => !moved && selectOnly(id, button) })
    event.preventDefault()
    if (!wasSelected) draft.select([id])
    button.focus({ preventScroll: true })
    if (wasSelected && draft.selection.size > 1) {
      const { pointerId } = event
      addEventListener('pointerup', (up) => up.pointerId === pointerId && isStill(event, up) && draft.select([id]), { once: true })
    }
    moveFrom(event, draft.find(id))
  })

  /** One more, or one fewer; what is selected already can be moved in the same go. */
  function toggle(event, id, button) {
    event.preventDefault()
    if (event.pointerType !== 'touch' && draft.selection.has(id) && draft.selection.size > 1 && several.isOn() && !event.shiftKey) {
      const { pointerId } = event
      addEventListener('pointerup', (up) => up.pointerId === pointerId && isStill(event, up) && draft.toggle(id), { once: true })
      return moveFrom(event, draft.find(id))
    }
    const flip = () => {
      draft.toggle(id)
      if (draft.selection.has(id)) button.focus({ preventScroll: true })
    }
    if (event.pointerType !== 'touch') return flip()
    return follow(event, { move() {}, cancel() {}, end: (at, moved) => !moved && flip() })
  }

  function selectOnly(id, button) {
    draft.select([id])
    button.focus({ preventScroll: true })
  }

  /** A finger scrolls the pages, unless it was said that several are to be selected. */
  function pressBeside(event) {
    if (!event.target.closest('[data-page]') && event.target !== stage) return
    const box = stage.getBoundingClientRect()
    // On a scroll bar nothing is selected.
    if (event.clientX > box.left + stage.clientWidth || event.clientY > box.top + stage.clientHeight) return
    if (event.pointerType === 'touch' && !several.isOn())
      return follow(event, { move() {}, cancel() {}, end: (at, moved) => !moved && draft.select([]) })
    if (event.pointerType !== 'touch') {
      event.preventDefault()
      stage.focus({ preventScroll: true })
    }
    return drawFrom(event, event.shiftKey || several.isOn())
  }

  palette.onPress((event, kind) => takeFrom(event, kind))
}
