/** What this process did since it began, for `/metrics`. Labels are of a closed list: never an id, an address or anything that a stranger wrote. */
export type Counted =
  | { readonly name: 'child'; readonly what: 'started' | 'killed'; readonly kind: 'reader' | 'office' }
  | { readonly name: 'job'; readonly what: 'done' | 'deferred' | 'failed'; readonly kind: string }
  | { readonly name: 'verification'; readonly what: string; readonly kind: 'upload' }

const counts = new Map<string, { readonly of: Counted; count: number }>()

export function count(of: Counted): void {
  const key = `${of.name} ${of.kind} ${of.what}`
  const known = counts.get(key)
  if (known) known.count++
  else counts.set(key, { of, count: 1 })
}

export const countsOf = (name: Counted['name']): { readonly of: Counted; readonly count: number }[] =>
  [...counts.values()].filter(({ of }) => of.name === name)
