import { linesOf, resize, snapMove, together, within } from './geometry.js'

/** How near a line draws a box, in pixels. */
const REACH = 5
const NO_LINES = { x: [], y: [] }

/** What a box is drawn to on its page; with Alt, to nothing. */
export const createSnapping = ({ arranging, leaves }) => ({
  linesOn: (leaf, except, event) => (event.altKey ? NO_LINES : linesOf(arranging.others(leaf, except), leaf)),
  reach: (leaf) => REACH / leaves.scale(leaf),
})

/** Moving and resizing by a pointer. */
export function createMoving({ draft, leaves, shown, arranging, voice, words, follow, snapping }) {
  const { linesOn, reach } = snapping

  /** The selected fields follow the one that was taken hold of; onto another page too, with those of its own page. */
  function moveFrom(event, held) {
    const from = leaves.of(held)
    const start = leaves.toPoints(from, event.clientX, event.clientY)
    const grip = { x: start.x - held.x, y: start.y - held.y }
    const group = draft.selected
    const ids = new Set(group.map(({ id }) => id))
    const before = draft.steady
    const moveTo = (at) => {
      const to = leaves.at(at.clientX, at.clientY) ?? from
      const point = leaves.toPoints(to, at.clientX, at.clientY)
      const wanted = { ...held, x: point.x - grip.x, y: point.y - grip.y }
      const snap = snapMove(within(wanted, to), linesOn(to, ids, at), reach(to))
      const box = within(wanted, to)
      const goes = (field) => (leaves.of(field) === from ? to : leaves.of(field))
      const { dx, dy } = together(
        group.map((field) => ({ ...within(field, goes(field)), page: goes(field) })),
        box.x + snap.dx - held.x,
        box.y + snap.dy - held.y,
        ({ page }) => page,
      )
      shown.guide(to, snap.guides)
      draft.preview(
        before.map((field) => {
          if (!ids.has(field.id)) return field
          const leaf = goes(field)
          const moved = within({ ...field, x: field.x + dx, y: field.y + dy }, leaf)
          return { ...moved, documentId: leaf.documentId, page: leaf.page }
        }),
      )
    }
    follow(event, {
      move: moveTo,
      cancel: () => draft.forget(),
      end(at, moved) {
        if (!moved) return
        draft.change(draft.fields)
        shown.focus(held.id)
        arranging.announceMoved(draft.selected)
      },
    })
  }

  function resizeFrom(event, handle) {
    const [field] = draft.selected
    const leaf = leaves.of(field)
    const start = leaves.toPoints(leaf, event.clientX, event.clientY)
    const before = draft.steady
    follow(event, {
      move(at) {
        const point = leaves.toPoints(leaf, at.clientX, at.clientY)
        const lines = linesOn(leaf, new Set([field.id]), at)
        const { box, guides } = resize(field, handle, point.x - start.x, point.y - start.y, leaf, lines, reach(leaf))
        shown.guide(leaf, guides)
        draft.preview(before.map((one) => (one.id === field.id ? box : one)))
      },
      cancel: () => draft.forget(),
      end(at, moved) {
        if (!moved) return
        draft.change(draft.fields)
        voice.about(words.resized, draft.find(field.id))
      },
    })
  }
  return { moveFrom, resizeFrom }
}
