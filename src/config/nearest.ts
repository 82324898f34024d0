/** The name that somebody most likely meant, and how many letters away it is (insertion, removal, exchange, swap of neighbours). */
export function nearest(typed: string, names: readonly string[]): { readonly name: string; readonly distance: number } | null {
  let best: { name: string; distance: number } | null = null
  for (const name of names) {
    const distance = distanceOf(typed, name)
    if (!best || distance < best.distance) best = { name, distance }
  }
  return best
}

function distanceOf(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const exchanged = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(exchanged, last[j]! + 1, row[j - 1]! + 1, isSwap ? before[j - 2]! + 1 : Infinity))
    }
    ;[before, last] = [last, row]
  }
  return last[b.length]!
}
