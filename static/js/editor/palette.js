import { fill } from './voice.js'

/** The kinds of fields to choose from, the person they are for, and who still has nothing to sign. */
export function createPalette({ root, draft, words, recipients, documents, kindNames, voice, sheets }) {
  // Where every document is certified by somebody else, who gets no field signs without being seen.
  const isBoundToSign = documents.some(({ received }) => !received?.certified)
  const side = root.querySelector('[data-palette]')
  const stage = root.querySelector('[data-stage]')
  const notice = root.querySelector('[data-armed]')
  const hints = root.querySelector('[data-hints]')
  const buttons = [...side.querySelectorAll('[data-kind]')]
  let kind = null
  let wasDragged = false
  let told = ''
  let place = () => {}
  let press = () => {}

  const recipient = () => side.querySelector('input[name="editor-recipient"]:checked').value
  const hue = () => String(recipients.find(({ id }) => id === recipient()).hue)
  const paint = () => {
    side.dataset.hue = hue()
    stage.dataset.hue = hue()
  }
  side.addEventListener('change', (event) => event.target.name === 'editor-recipient' && paint())
  // A browser that comes back remembers another choice than the page was written with.
  paint()

  function arm(next) {
    kind = next
    for (const button of buttons) button.setAttribute('aria-pressed', button.dataset.kind === kind)
    stage.classList.toggle('is-armed', kind !== null)
    notice.hidden = kind === null
    if (!kind) return
    notice.querySelector('[data-armed-text]').textContent = fill(words.armed, { kind: kindNames[kind] })
    voice.say(words.armed, { kind: kindNames[kind] })
    sheets.close()
  }
  notice.querySelector('[data-disarm]').textContent = words.cancel
  notice.querySelector('[data-disarm]').addEventListener('click', () => arm(null))

  for (const button of buttons) {
    button.addEventListener('pointerdown', (event) => {
      wasDragged = false
      if (event.button === 0 && event.isPrimary && event.pointerType !== 'touch') press(event, button.dataset.kind)
      else if (event.pointerType === 'touch' && !sheets.isNarrow()) press(event, button.dataset.kind)
    })
    button.addEventListener('click', (event) => {
      // By keys or by a screen reader there is no pointer to say where.
      if (event.detail === 0) {
        sheets.close()
        place(button.dataset.kind)
      } else if (!wasDragged) arm(kind === button.dataset.kind ? null : button.dataset.kind)
    })
  }

  function renderHints() {
    const signed = new Set(draft.steady.filter((field) => field.kind === 'signature').map(({ recipientId }) => recipientId))
    const missing = isBoundToSign ? recipients.filter(({ id, role }) => role === 'signer' && !signed.has(id)) : []
    const now = missing.map(({ id }) => id).join(' ')
    if (now === told) return
    told = now
    hints.replaceChildren(
      ...missing.map(({ id, name, hue: own, letter }) => {
        const item = document.createElement('li')
        item.className = 'editor__hint'
        item.innerHTML = `<svg class="icon" aria-hidden="true"><use href="#icon-warning"/></svg><span class="letter" aria-hidden="true"></span><span></span> <button class="button button--small" type="button"></button>`
        const [, badge, text, button] = item.children
        badge.dataset.hue = own
        badge.textContent = letter
        text.textContent = fill(words.missing, { name })
        button.textContent = words.place
        button.addEventListener('click', (event) => {
          chooseRecipient(id)
          if (event.detail === 0) place('signature')
          else arm('signature')
        })
        return item
      }),
    )
  }

  function chooseRecipient(id) {
    const radio = side.querySelector(`input[name="editor-recipient"][value="${CSS.escape(id)}"]`)
    if (radio) radio.checked = true
    paint()
  }

  draft.addEventListener('meant', renderHints)
  draft.addEventListener('shown', () => draft.fields === draft.steady && renderHints())
  renderHints()

  return {
    recipient,
    armed: () => kind,
    disarm: () => arm(null),
    dragged() {
      wasDragged = true
      if (kind) arm(null)
    },
    onPlace: (callback) => (place = callback),
    onPress: (callback) => (press = callback),
    ghostOf(which) {
      const ghost = document.createElement('div')
      ghost.className = 'ghost'
      ghost.dataset.hue = hue()
      ghost.innerHTML = `<svg class="icon" aria-hidden="true"><use href="#icon-${which}"/></svg>`
      ghost.append(kindNames[which])
      return ghost
    },
  }
}
