import { send } from './send.js'

const SAVE_AFTER = 700
const TRY_AGAIN_AFTER = 3_000

/** What is typed is saved as it is typed; what the server does not take is told where it was typed. */
export function saveEntries({ form, places, refuse, changed }) {
  const state = document.querySelector('[data-saved-state]')
  const words = form.dataset
  const dirty = new Map()
  let timer
  let underWay = null

  function note(place) {
    dirty.set(place.id, places.valueOf(place))
    // The server takes back the others of a choice by itself; an order of two that is on its way must not undo it.
    if (place.kind === 'radio' && place.control.checked)
      for (const other of places.together(place)) if (other !== place) dirty.delete(other.id)
    clearTimeout(timer)
    timer = setTimeout(save, SAVE_AFTER)
  }

  async function save() {
    clearTimeout(timer)
    while (underWay) await underWay
    if (!dirty.size) return
    underWay = sendDirty()
    await underWay
  }

  async function sendDirty() {
    const sent = new Map(dirty)
    dirty.clear()
    state.textContent = words.saving
    try {
      await send(form.action, new URLSearchParams([...sent]))
      state.textContent = words.saved
    } catch (error) {
      const refused = error.status === 422 && error.fields
      if (!refused && [403, 404, 409].includes(error.status)) return location.reload()
      for (const [id, value] of sent) if (!refused?.[id] && !dirty.has(id)) dirty.set(id, value)
      for (const place of places.all) if (refused?.[place.id]) refuse(place, refused[place.id])
      state.textContent = refused ? '' : words.unsaved
      if (dirty.size) timer = setTimeout(save, refused ? 0 : TRY_AGAIN_AFTER)
      changed()
    } finally {
      underWay = null
    }
  }

  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && dirty.size && !form.dataset.sent)
      send(form.action, new URLSearchParams([...dirty]), { keepalive: true }).then(
        () => dirty.clear(),
        () => {},
      )
  })

  return {
    note,
    save,
    forget: (place) => dirty.delete(place.id),
    isBusy: (place) => dirty.has(place.id) || underWay !== null,
    /** Before the whole form goes: a save that came in later would undo the preview. Answers whether it waited. */
    async rest() {
      clearTimeout(timer)
      if (!underWay) {
        dirty.clear()
        return false
      }
      await underWay
      return true
    },
    isUnderWay: () => underWay !== null,
  }
}
