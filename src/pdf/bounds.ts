export interface Bounds {
  readonly left: number
  readonly bottom: number
  readonly right: number
  readonly top: number
}

/** A box that holds a path, from its operators: curves stay within their control points. Null for a path of nothing. */
export function boundsOf(path: string): Bounds | null {
  const numbers = path.match(/-?[\d.]+/g)?.map(Number) ?? []
  if (!numbers.length) return null
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [at, value] of numbers.entries())
    if (at % 2) {
      bottom = Math.min(bottom, value)
      top = Math.max(top, value)
    } else {
      left = Math.min(left, value)
      right = Math.max(right, value)
    }
  return { left, bottom, right, top }
}
