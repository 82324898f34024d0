import { createArranging } from './arranging.js'
import { Draft } from './draft.js'
import { followKeys } from './keyboard.js'
import { findLeaves } from './leaves.js'
import { takeOffers } from './offers.js'
import { createPalette } from './palette.js'
import { createPanel } from './panel.js'
import { followPointer } from './pointer.js'
import { keepSaved } from './saving.js'
import { createSheets } from './sheets.js'
import { showFields } from './shown.js'
import { createVoice } from './voice.js'

const begin = () => {
  const root = document.querySelector('[data-editor]:not([data-ready])')
  if (root) start(root)
}
begin()
document.addEventListener('paraphe:editor', begin)

function start(root) {
  const editor = JSON.parse(root.dataset.editor)
  const words = JSON.parse(root.dataset.words)
  const { recipients, documents, kinds, kindNames, newSize, lang } = editor
  const stage = root.querySelector('[data-stage]')

  const leaves = findLeaves(stage, documents)
  const draft = new Draft(editor.fields, leaves.order)
  const voice = createVoice({ region: root.querySelector('[data-voice]'), notice: root.querySelector('[data-notice]'), words, recipients, documents, kindNames, lang })
  const sheets = createSheets(root)
  const palette = createPalette({ root, draft, words, recipients, documents, kindNames, voice, sheets })
  const arranging = createArranging({ draft, leaves, kinds, kindNames, newSize, voice, words, currentRecipient: palette.recipient })
  const shown = showFields({ draft, leaves, recipients, kindNames, voice, words })
  const panel = createPanel({ root, draft, leaves, shown, arranging, words, kindNames, voice, sheets })
  followPointer({ stage, draft, leaves, shown, arranging, palette, voice, words })
  followKeys({ root, stage, draft, shown, arranging, palette, panel })
  takeOffers({ root, draft, leaves, shown, words, voice })
  keepSaved({ root, draft, editor, shown, panel, voice, words })

  palette.onPlace((kind) => {
    const added = arranging.addInView(kind)
    if (added) shown.focus(added.id)
  })

  const [undo, redo] = ['undo', 'redo'].map((name) => {
    const button = root.querySelector(`[data-${name}]`)
    button.addEventListener('click', () => arranging[name]())
    return button
  })
  // Not disabled: a button that loses the focus by being pressed leaves the keyboard nowhere.
  const tools = () => {
    undo.setAttribute('aria-disabled', !draft.canUndo)
    redo.setAttribute('aria-disabled', !draft.canRedo)
  }
  draft.addEventListener('shown', tools)
  tools()

  const zooms = [...root.querySelectorAll('[data-zoom]')]
  for (const button of zooms)
    button.addEventListener('click', () => {
      const { isSmallest, isLargest } = leaves.zoomBy(Number(button.dataset.zoom))
      for (const each of zooms) each.setAttribute('aria-disabled', Number(each.dataset.zoom) < 0 ? isSmallest : isLargest)
    })
  zooms[0].setAttribute('aria-disabled', true)

  const thumbs = [...root.querySelectorAll('[data-thumb]')]
  const leafOf = (place) => {
    const [documentId, page] = place.split('/')
    return leaves.of({ documentId, page })
  }
  for (const thumb of thumbs) thumb.addEventListener('click', () => leaves.show(leafOf(thumb.dataset.thumb)))
  const markThumb = (place) => {
    for (const thumb of thumbs) {
      const isHere = thumb.dataset.thumb === place
      if (isHere === thumb.hasAttribute('aria-current')) continue
      if (isHere) thumb.setAttribute('aria-current', 'true')
      else thumb.removeAttribute('aria-current')
      if (isHere) thumb.parentElement.scrollTo({ left: thumb.offsetLeft - thumb.parentElement.clientWidth / 2 })
    }
  }

  const goTo = root.querySelector('[data-goto]')
  if (goTo) {
    goTo.addEventListener('change', () => {
      leaves.show(leafOf(goTo.value))
    })
    let waiting = false
    stage.addEventListener(
      'scroll',
      () => {
        if (waiting) return
        waiting = true
        requestAnimationFrame(() => {
          waiting = false
          const { leaf } = leaves.inView()
          goTo.value = `${leaf.documentId}/${leaf.page}`
          markThumb(goTo.value)
        })
      },
      { passive: true },
    )
    markThumb(goTo.value)
  }
  root.dataset.ready = 'yes'
}
