import { at } from '../at.js'
import { letChoose } from './choosing.js'
import { keepFresh } from './fresh.js'
import { letOrder } from './ordering.js'
import { followParts } from './parts.js'
import { keepSaved } from './saving.js'
import { stayInPlace } from './staying.js'
import { letUpload } from './upload.js'

const root = document.querySelector('[data-draft]')
if (root) {
  const words = JSON.parse(root.dataset.words)
  const address = at(`/envelopes/${root.dataset.draft}/draft`)
  root.classList.add('is-live')
  const fresh = keepFresh({ root, address })
  const saving = keepSaved({ root, words })
  /** The page anew, at one of its parts, once everything is saved. */
  const reload = async (part) => {
    await saving.settle()
    sessionStorage.setItem('paraphe:scroll', String(scrollY))
    if (location.pathname === address) {
      history.replaceState(null, '', `${address}#${part}`)
      location.reload()
    } else location.assign(`${address}#${part}`)
  }
  stayInPlace(root)
  followParts(root)
  letUpload({ root, words, fresh, reload })
  letOrder({ root, reload })
  letChoose({ root, words })
}
