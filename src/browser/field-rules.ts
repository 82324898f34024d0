/* What a signer's page and the editor ask themselves at once; the server asks it again. */
export { formatOf, isFault, isNumeric, readEntry, showEntry, typedEntry } from '../field/entry.ts'
export { readPattern } from '../field/pattern.ts'
export { groupOf, statesOf } from '../field/state.ts'
