/** What stands before every address of the house: nothing, or the path below which it stands. This file knows where it lies. */
const base = new URL('../..', import.meta.url).pathname.slice(0, -1)

export const at = (path) => base + path
