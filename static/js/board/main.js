import './dialog.js'
import './dragging.js'
import './live.js'
import './more.js'

// From here on cards can be taken up.
document.documentElement.classList.add('is-live')
