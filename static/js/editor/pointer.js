import { linesOf, resize, snapMove, together, within } from './geometry.js'

/** How far a pointer goes before a press is a movement, and how near a line draws a box, in pixels. */
const SLACK = 4
const REACH = 5
const EDGE = 44

/** Mouse, finger and pen: moving, resizing, selecting, and putting down what was taken from the palette. */
export function followPointer({ stage, draft, leaves, shown, arranging, palette, voice, words }) {
  const NO_LINES = { x: [], y: [] }
  const linesOn = (leaf, except, event) => (event.altKey ? NO_LINES : linesOf(arranging.others(leaf, except), leaf))
  const reach = (leaf) => REACH / leaves.scale(leaf)

  /**
   * Follows one pointer from its press to its release. Escape, or a gesture of the system that takes the pointer away, undoes all of it.
   */
  function follow(start, { move, end, cancel }) {
    let moved = false
    let last = start
    let scrolling = 0
    const under = new AbortController()
    const { signal } = under
    const scroll = () => {
      const frame = stage.getBoundingClientRect()
      const [top, bottom] = [Math.max(frame.top, 0), Math.min(frame.bottom, innerHeight)]
      const { clientX: x, clientY: y } = last
      const speed = x < frame.left || x > frame.right ? 0 : y < top + EDGE ? y - top - EDGE : y > bottom - EDGE ? y - bottom + EDGE : 0
      if (moved && speed && y > top - EDGE && y < bottom + EDGE) {
        stage.scrollTop += speed / 4
        move(last)
      }
      scrolling = requestAnimationFrame(scroll)
    }
    const over = () => {
      under.abort()
      cancelAnimationFrame(scrolling)
      document.documentElement.classList.remove('is-dragging')
      shown.guide(null)
    }
    const mine = (event) => event.pointerId === start.pointerId
    addEventListener(
      'pointermove',
      (event) => {
        if (!mine(event)) return
        if (!moved && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < SLACK) return
        moved = true
        last = event
        document.documentElement.classList.add('is-dragging')
        move(event)
      },
      { signal },
    )
    addEventListener(
      'pointerup',
      (event) => {
        if (!mine(event)) return
        over()
        end(event, moved)
      },
      { signal },
    )
    const giveUp = () => {
      over()
      cancel()
    }
    addEventListener('pointercancel', (event) => mine(event) && giveUp(), { signal })
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        giveUp()
      },
      { signal, capture: true },
    )
    scrolling = requestAnimationFrame(scroll)
  }

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
    if (!button) {
      if (event.target.closest('[data-page]') || event.target === stage) deselectByPress(event)
      return
    }
    const { field: id } = button.dataset
    if (event.shiftKey) {
      event.preventDefault()
      draft.toggle(id)
      if (draft.selection.has(id)) button.focus({ preventScroll: true })
      return
    }
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

  function selectOnly(id, button) {
    draft.select([id])
    button.focus({ preventScroll: true })
  }

  const isStill = (from, to) => Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY) < SLACK

  function deselectByPress(event) {
    follow(event, { move() {}, cancel() {}, end: (at, moved) => !moved && draft.select([]) })
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

  palette.onPress((event, kind) => takeFrom(event, kind))
}
