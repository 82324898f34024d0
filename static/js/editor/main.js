import { announceSelection } from './announcing.js'
import { createArrangePanel } from './arrange-panel.js'
import { createArranging } from './arranging.js'
import { Draft } from './draft.js'
import { followKeys } from './keyboard.js'
import { findLeaves } from './leaves.js'
import { takeOffers } from './offers.js'
import { createPalette } from './palette.js'
import { createPanel } from './panel.js'
import { followPointer } from './pointer.js'
import { keepSaved } from './saving.js'
import { createSeveral } from './several.js'
import { createSheets } from './sheets.js'
import { createShortcuts } from './shortcuts.js'
import { showFields } from './shown.js'
import { showThumbs } from './thumbs.js'
import { createVoice } from './voice.js'
import { createZooming } from './zooming.js'

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
  const shown = showFields({ draft, leaves, recipients, kindNames, voice, words, faults: editor.faults })
  const sentences = JSON.parse(root.dataset.sentences)
  const panel = createPanel({ root, draft, leaves, shown, arranging, words, sentences, recipients, kindNames, lang, voice, sheets })
  const several = createSeveral({ root, stage, draft, voice, words })
  const zooming = createZooming({ root, stage, leaves, voice, words })
  const thumbs = showThumbs({ root, stage, draft, leaves, recipients, voice, words })
  const shortcuts = createShortcuts({ root })
  createArrangePanel({ root, draft, arranging, voice, words })
  announceSelection({ root, draft, voice, words })
  followPointer({ stage, draft, leaves, shown, arranging, palette, several, voice, words })
  followKeys({ root, stage, draft, shown, arranging, palette, panel, several, zooming, thumbs, shortcuts })
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

  root.dataset.ready = 'yes'
}
