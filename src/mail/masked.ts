/** An address as it stands in the trail and on a page: enough to know it again, not enough to write to it. */
export function masked(address: string): string {
  const at = address.lastIndexOf('@')
  if (at < 0) return `${address.slice(0, 3)}${'•'.repeat(Math.max(2, address.length - 5))}${address.slice(-2)}`
  const local = address.slice(0, at)
  return `${local.slice(0, local.length > 3 ? 2 : 1)}•••${address.slice(at)}`
}
