import { at } from '../at.js'
import { refresh } from './cards.js'
import { isDragging } from './dragging.js'
import { board } from './page.js'

/** Changes of so long are shown together. */
const GATHER = 150

let { told } = board.dataset
let source = null
let waiting = new Set()
let timer = null

function listen() {
  if (source) return
  source = new EventSource(at(`/board/stream?since=${told}`))
  source.addEventListener('changed', ({ data, lastEventId }) => {
    if (lastEventId) told = lastEventId
    for (const id of data.split(',')) waiting.add(id)
    timer ??= setTimeout(show, GATHER)
  })
  // Refused, not only interrupted: it is said, and the page goes on without.
  source.addEventListener('error', () => {
    if (source?.readyState === EventSource.CLOSED) document.querySelector('[data-still]').hidden = false
  })
  source.addEventListener('signed-out', () => {
    source.close()
    location.reload()
  })
}

async function show() {
  timer = null
  if (isDragging() || !waiting.size) return
  const ids = [...waiting]
  waiting = new Set()
  if (!(await refresh(ids))) for (const id of ids) waiting.add(id)
}

document.addEventListener('paraphe:dropped', () => (timer ??= setTimeout(show, GATHER)))

// A page that nobody sees keeps no line open; what was missed is told when it is seen again.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') return listen()
  source?.close()
  source = null
})
addEventListener('pagehide', () => {
  source?.close()
  source = null
})
addEventListener('pageshow', () => document.visibilityState === 'visible' && listen())
listen()
