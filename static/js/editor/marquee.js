/** A rectangle drawn over the pages: whatever it touches is selected, with Shift beside what was. A press without a movement selects nothing. */
export function createMarquee({ stage, draft, shown, follow }) {
  const frame = document.createElement('div')
  frame.className = 'marquee'
  frame.setAttribute('aria-hidden', 'true')

  return function drawFrom(event, adds) {
    const kept = adds ? new Set(draft.selection) : new Set()
    const place = (at) => {
      const box = stage.getBoundingClientRect()
      return { x: at.clientX - box.left + stage.scrollLeft, y: at.clientY - box.top + stage.scrollTop }
    }
    const start = place(event)
    const before = [...draft.selection]
    const tidy = () => frame.remove()
    follow(event, {
      move(at) {
        const now = place(at)
        const [left, top, right, bottom] = [Math.min(start.x, now.x), Math.min(start.y, now.y), Math.max(start.x, now.x), Math.max(start.y, now.y)]
        if (!frame.isConnected) stage.append(frame)
        Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` })
        const drawn = frame.getBoundingClientRect()
        const touched = draft.fields.filter(({ id }) => meets(shown.buttonOf(id).getBoundingClientRect(), drawn))
        draft.select([...kept, ...touched.map(({ id }) => id)])
      },
      cancel() {
        tidy()
        draft.select(before)
      },
      end(at, moved) {
        tidy()
        if (!moved && !adds) return draft.select([])
        const [first] = draft.selected
        if (moved && first) shown.focus(first.id)
      },
    })
  }
}

const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
