import { snapMove, within } from './geometry.js'

/** Putting down what was taken from the palette: dragged onto a page, or pressed where it goes. */
export function createPlacing({ draft, leaves, shown, arranging, palette, voice, words, follow, snapping }) {
  const { linesOn, reach } = snapping

  /** A kind taken from the palette: a ghost beside the pointer, a field as soon as a page is below. */
  function takeFrom(event, kind) {
    const before = draft.steady
    const ghost = palette.ghostOf(kind)
    let field = null
    const tidy = () => ghost.remove()
    follow(event, {
      move(at) {
        const leaf = leaves.at(at.clientX, at.clientY)
        if (!leaf || !leaves.takes(leaf, kind)) {
          field = null
          draft.preview(before)
          shown.guide(null)
          document.body.append(ghost)
          ghost.style.transform = `translate(${at.clientX}px, ${at.clientY}px)`
          return
        }
        tidy()
        const id = field?.id
        const fresh = arranging.newField(kind, leaf, leaves.toPoints(leaf, at.clientX, at.clientY))
        const snap = leaf.places.length ? { dx: 0, dy: 0, guides: { x: null, y: null } } : snapMove(fresh, linesOn(leaf, new Set(), at), reach(leaf))
        field = { ...within({ ...fresh, x: fresh.x + snap.dx, y: fresh.y + snap.dy }, leaf), id: id ?? fresh.id }
        shown.guide(leaf, snap.guides)
        draft.preview([...before, field])
      },
      cancel() {
        tidy()
        draft.forget()
      },
      end(at, moved) {
        tidy()
        if (!moved) return
        palette.dragged()
        if (field) return putDown(field)
        draft.forget()
        const leaf = leaves.at(at.clientX, at.clientY)
        if (leaf) arranging.takes(leaf, kind)
      },
    })
  }

  function putDown(field) {
    arranging.put([field])
    shown.focus(field.id)
    voice.about(words.added, field)
  }

  function placeArmed(event, kind) {
    const leaf = leaves.at(event.clientX, event.clientY)
    if (!leaf) return
    if (event.pointerType !== 'touch') event.preventDefault()
    // A finger that scrolls puts nothing down.
    follow(event, {
      move() {},
      cancel() {},
      end(at, moved) {
        if (moved && event.pointerType === 'touch') return
        const fresh = arranging.newField(kind, leaf, leaves.toPoints(leaf, event.clientX, event.clientY))
        const snap = leaf.places.length ? { dx: 0, dy: 0 } : snapMove(fresh, linesOn(leaf, new Set(), event), reach(leaf))
        palette.disarm()
        if (!arranging.takes(leaf, kind)) return
        putDown(within({ ...fresh, x: fresh.x + snap.dx, y: fresh.y + snap.dy }, leaf))
      },
    })
  }
  return { takeFrom, placeArmed }
}
