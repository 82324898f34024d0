/** How far a pointer goes before a press is a movement, in pixels. */
export const SLACK = 4
const EDGE = 44

const underWay = new Set()
/** Everything that follows a pointer now is undone: a second finger means something else. */
export const giveUpAll = () => {
  for (const giveUp of [...underWay]) giveUp()
}

/**
 * Follows one pointer from its press to its release, and scrolls the pages where it comes to their edge. Escape, or a gesture of the system that takes
 * the pointer away, undoes all of it.
 */
export function createFollowing({ stage, shown }) {
  return function follow(start, { move, end, cancel }) {
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
      underWay.delete(giveUp)
      cancelAnimationFrame(scrolling)
      document.documentElement.classList.remove('is-dragging')
      shown.guide(null)
    }
    const giveUp = () => {
      over()
      cancel()
    }
    underWay.add(giveUp)
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
}
