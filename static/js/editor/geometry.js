// Points from the top left of the page as seen, to two decimals. Nothing here knows the screen.

export const SMALLEST = 6

export const round = (value) => Math.round(value * 100) / 100

const between = (value, least, most) => Math.min(Math.max(value, least), Math.max(least, most))

/** The box within its page: never smaller than can be read, never beyond the edge. */
export function within(box, page) {
  const width = between(round(box.width), SMALLEST, page.width)
  const height = between(round(box.height), SMALLEST, page.height)
  // Rounded down where it touches the far edge, so that half a hundredth never stands outside.
  const floor = (value) => Math.floor(value * 100) / 100
  return {
    ...box,
    width: Math.min(width, floor(page.width)),
    height: Math.min(height, floor(page.height)),
    x: between(round(box.x), 0, floor(page.width - width)),
    y: between(round(box.y), 0, floor(page.height - height)),
  }
}

/** How far a group may go before one of its boxes leaves its page. */
export function together(boxes, dx, dy, pageOf) {
  for (const box of boxes) {
    const page = pageOf(box)
    dx = between(dx, -box.x, page.width - box.width - box.x)
    dy = between(dy, -box.y, page.height - box.height - box.y)
  }
  return { dx, dy }
}

/** Edges and centres of what stands on the page, and the middle of the page itself. */
export function linesOf(boxes, page) {
  const x = [page.width / 2]
  const y = []
  for (const box of boxes) {
    x.push(box.x, box.x + box.width / 2, box.x + box.width)
    y.push(box.y, box.y + box.height / 2, box.y + box.height)
  }
  return { x, y }
}

function nearest(own, lines, reach) {
  let best = null
  for (const at of own)
    for (const line of lines) {
      const off = line - at
      if (Math.abs(off) <= reach && (!best || Math.abs(off) < Math.abs(best.off))) best = { off, line }
    }
  return best
}

/** A moved box drawn to the nearest line within reach, and the guides that show it. */
export function snapMove(box, lines, reach) {
  const x = nearest([box.x, box.x + box.width / 2, box.x + box.width], lines.x, reach)
  const y = nearest([box.y, box.y + box.height / 2, box.y + box.height], lines.y, reach)
  return { dx: x?.off ?? 0, dy: y?.off ?? 0, guides: { x: x?.line ?? null, y: y?.line ?? null } }
}

/** The box with the edges named by the handle (`n`, `se` …) moved; the opposite ones stay. */
export function resize(box, handle, dx, dy, page, lines, reach) {
  let [left, top, right, bottom] = [box.x, box.y, box.x + box.width, box.y + box.height]
  const guides = { x: null, y: null }
  const drawn = (value, axis) => {
    const hit = nearest([value], lines[axis], reach)
    if (hit) guides[axis] = hit.line
    return hit ? hit.line : value
  }
  if (handle.includes('w')) left = between(drawn(left + dx, 'x'), 0, right - SMALLEST)
  if (handle.includes('e')) right = between(drawn(right + dx, 'x'), left + SMALLEST, page.width)
  if (handle.includes('n')) top = between(drawn(top + dy, 'y'), 0, bottom - SMALLEST)
  if (handle.includes('s')) bottom = between(drawn(bottom + dy, 'y'), top + SMALLEST, page.height)
  return { box: within({ ...box, x: left, y: top, width: right - left, height: bottom - top }, page), guides }
}

const overlaps = (a, b) => Math.abs(a.x - b.x) < 4 && Math.abs(a.y - b.y) < 4

const GAP = 4
const touches = (a, b) =>
  a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP && b.y < a.y + a.height + GAP

/** The next place on the page that nothing covers: below, then in the columns beside, each from the top; null on a full page. */
export function openPlace(box, others, page) {
  const fits = (x, y) => {
    const place = within({ ...box, x, y }, page)
    return others.some((other) => touches(place, other)) ? null : place
  }
  const columns = [box.x]
  for (let x = box.x + box.width + GAP; x + box.width <= page.width; x += box.width + GAP) columns.push(x)
  for (let x = box.x - box.width - GAP; x >= 0; x -= box.width + GAP) columns.push(x)
  for (const [at, x] of columns.entries())
    for (let y = at ? GAP : box.y; y + box.height <= page.height; y += GAP) {
      const place = fits(x, y)
      if (place) return place
    }
  return null
}

/** Where nothing of the same place stands yet: a little lower and to the right, else as asked. */
export function freePlace(box, others, page) {
  for (let step = 0; step < 20; step++) {
    const place = within({ ...box, x: box.x + 12 * step, y: box.y + 12 * step }, page)
    if (!others.some((other) => overlaps(other, place))) return place
  }
  return within(box, page)
}
