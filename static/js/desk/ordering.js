import { post } from './request.js'

/** Documents are put in order by their grip; the arrows do the same without dragging. */
export function letOrder({ root, reload }) {
  root.addEventListener('pointerdown', (event) => {
    const grip = event.target.closest('[data-grip]')
    const list = grip?.closest('[data-documents]')
    if (!list || event.button !== 0) return
    event.preventDefault()
    const dragged = grip.closest('[data-document]')
    const ids = () => [...list.children].map((item) => item.dataset.document).join(' ')
    const before = ids()
    dragged.classList.add('is-dragged')

    // On the window: an element that changes its place in the page loses the pointer.
    const move = ({ clientY }) => {
      for (const item of list.children) {
        if (item === dragged) continue
        const { top, bottom } = item.getBoundingClientRect()
        if (clientY < top || clientY > bottom) continue
        const isAbove = item.compareDocumentPosition(dragged) & Node.DOCUMENT_POSITION_FOLLOWING
        item[isAbove ? 'before' : 'after'](dragged)
        return
      }
    }
    const end = async (ended) => {
      removeEventListener('pointermove', move)
      removeEventListener('pointerup', end)
      removeEventListener('pointercancel', end)
      dragged.classList.remove('is-dragged')
      if (ids() === before) return
      if (ended.type !== 'pointercancel') await post(list.dataset.documents, [['ids', ids()]]).catch(() => null)
      await reload('documents')
    }
    addEventListener('pointermove', move)
    addEventListener('pointerup', end)
    addEventListener('pointercancel', end)
  })
}
