/** The parts of the board's page that every module looks at. */
export const board = document.querySelector('[data-board]')
export const query = () => board.dataset.query
export const columnOf = (stage) => board.querySelector(`[data-column="${CSS.escape(stage)}"]`)
export const tileOf = (id) => board.querySelector(`[data-card="${CSS.escape(id)}"]`)
export const tiles = (column) => [...column.querySelectorAll('[data-card]')]

const voice = document.querySelector('[data-voice]')
const refused = document.querySelector('[data-refused]')

/** Said politely, once. */
export function say(text) {
  voice.textContent = ''
  setTimeout(() => (voice.textContent = text), 50)
}

/** Why something did not happen, where everybody sees it. */
export function refuse(text) {
  refused.hidden = !text
  refused.textContent = text
  if (text) refused.scrollIntoView({ block: 'nearest' })
}

/** Whether a person may put this card into that column. */
export const mayGo = (tile, column) =>
  column.dataset.fact === '0' || tile.dataset.may.split(' ').includes(column.dataset.column) || column.dataset.column === tile.dataset.stage
