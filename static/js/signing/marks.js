import { padOn } from './pad.js'
import { phoneDrawing } from './phone-drawing.js'
import { send } from './send.js'

/** The longest side of a photograph that is sent; more shows nothing more. */
const LONGEST_SIDE = 2_400

for (const sheet of document.querySelectorAll('[data-mark-sheet]')) {
  tabsOf(sheet)
  typing(sheet)
  uploading(sheet)
  const pad = drawing(sheet)
  for (const form of sheet.querySelectorAll('[data-mark-form]')) using(sheet, form, pad)
  // On a page of its own there is nothing to go back to but the fields.
  if (!sheet.closest('dialog')) sheet.addEventListener('mark', () => location.assign(`${sheet.dataset.base}/fields`))
}

/** Shows the sheet of a kind of mark; the `mark` event tells what was made. */
export function openMarkSheet(kind) {
  const dialog = document.querySelector(`[data-mark-dialog="${kind}"]`)
  if (!dialog || dialog.open) return
  dialog.showModal()
  dialog.querySelector('[role="tab"][aria-selected="true"]').focus()
}

for (const dialog of document.querySelectorAll('dialog'))
  dialog.addEventListener('click', (event) => {
    // Beside the sheet, or on its cross.
    if (event.target === dialog || event.target.closest('[data-close]')) dialog.close()
  })

function tabsOf(sheet) {
  const tabs = [...sheet.querySelectorAll('[data-tab]')]
  const show = (name) => {
    for (const tab of tabs) {
      const isChosen = tab.dataset.tab === name
      tab.setAttribute('aria-selected', isChosen)
      tab.tabIndex = isChosen ? 0 : -1
      sheet.querySelector(`[data-panel="${tab.dataset.tab}"]`).hidden = !isChosen
    }
  }
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener('click', () => show(tab.dataset.tab))
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      if (!step) return
      event.preventDefault()
      const next = tabs[(at + step + tabs.length) % tabs.length]
      show(next.dataset.tab)
      next.focus()
    })
  }
  sheet.querySelector('[data-tabs]').hidden = tabs.length < 2
  sheet.classList.add('is-tabbed')
  const refused = sheet.querySelector('[aria-invalid]')?.closest('[data-panel]')?.dataset.panel
  show(refused ?? tabs[0].dataset.tab)
}

function typing(sheet) {
  const form = sheet.querySelector('[data-mark-form="type"]')
  if (!form) return
  const text = form.querySelector('[data-typed-text]')
  const preview = form.querySelector('[data-typed-preview]')
  const hands = [...form.querySelectorAll('[data-hand]')]
  const address = (hand) => `${sheet.dataset.base}/typed.svg?font=${hand}&text=${encodeURIComponent(text.value.trim())}`
  const chosen = () => form.querySelector('[name="font"]:checked').value
  const drawAll = () => {
    preview.src = address(chosen())
    for (const picture of hands) picture.src = address(picture.dataset.hand)
  }
  let timer
  text.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(drawAll, 160)
  })
  form.addEventListener('change', (event) => {
    if (event.target.name === 'font') preview.src = address(chosen())
  })
}

function drawing(sheet) {
  const canvas = sheet.querySelector('[data-canvas]')
  if (!canvas) return null
  const form = canvas.closest('form')
  const [undo, clear, use] = ['[data-undo]', '[data-clear]', '[data-use]'].map((name) => form.querySelector(name))
  let isBlank = true
  const pad = padOn(canvas, (isEmpty) => {
    isBlank = isEmpty
    canvas.parentElement.classList.toggle('is-drawn', !isEmpty)
    for (const button of [undo, clear]) button.disabled = isEmpty
    if (!phone.isOpen()) use.disabled = isEmpty
  })
  const phone = phoneDrawing(sheet, form, (state) => {
    use.disabled = state === 'closed' ? isBlank : state !== 'drawn'
  })
  form.addEventListener('refused', ({ detail }) => tell(form, detail.code ? detail : { code: '', message: sheet.dataset.failed }))
  use.disabled = true
  undo.addEventListener('click', pad.undo)
  clear.addEventListener('click', pad.clear)
  return { picture: pad.picture, onPhone: phone.chosen }
}

function uploading(sheet) {
  const form = sheet.querySelector('[data-mark-form="upload"]')
  const [chosen, taken] = [form.querySelector('[name="picture"]'), form.querySelector('[name="photo"]')]
  const paper = form.querySelector('[data-upload-paper]')
  const preview = form.querySelector('[data-upload-preview]')
  const keep = form.querySelector('[name="keepBackground"]')
  let asked = 0

  /** The preview is what the server would use: its paper cut away, its edges trimmed. */
  async function prove() {
    const [file] = [...chosen.files, ...taken.files]
    const mine = ++asked
    URL.revokeObjectURL(preview.src)
    preview.removeAttribute('src')
    paper.hidden = !file
    tell(form, null)
    if (!file) return
    paper.setAttribute('aria-busy', 'true')
    try {
      const matter = new FormData()
      matter.set('picture', await smaller(file), 'picture')
      if (keep.checked) matter.set('keepBackground', '1')
      const proof = await send(`${sheet.dataset.base}/marks/proofs`, matter)
      if (mine === asked) preview.src = URL.createObjectURL(proof)
    } catch (error) {
      if (mine !== asked) return
      paper.hidden = true
      tell(form, error.code ? error : { code: '', message: sheet.dataset.failed })
    } finally {
      if (mine === asked) paper.removeAttribute('aria-busy')
    }
  }

  for (const [input, other] of [
    [chosen, taken],
    [taken, chosen],
  ])
    input.addEventListener('change', () => {
      const [file] = input.files
      if (file) other.value = ''
      prove()
    })
  keep.addEventListener('change', prove)
}

function using(sheet, form, pad) {
  const button = form.querySelector('[data-use]')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    tell(form, null)
    try {
      const { picture } = await send(form.action, await matterOf(form, pad))
      const dialog = sheet.closest('dialog')
      if (dialog) dialog.close()
      sheet.dispatchEvent(new CustomEvent('mark', { bubbles: true, detail: { kind: sheet.dataset.markSheet, picture } }))
    } catch (error) {
      // Somebody who was away for too long begins where the server says.
      if ([403, 404, 409].includes(error.status)) location.reload()
      else tell(form, error.code ? error : { code: '', message: sheet.dataset.failed })
    } finally {
      button.removeAttribute('aria-busy')
    }
  })
}

async function matterOf(form, pad) {
  const matter = new FormData(form)
  const tab = form.dataset.markForm
  const onPhone = tab === 'draw' ? pad.onPhone() : null
  if (onPhone) {
    matter.set('method', 'phone')
    matter.set('pad', onPhone.pad)
    matter.set('drawing', onPhone.drawing)
  } else if (tab === 'draw') matter.set('picture', await pad.picture(), 'drawn.png')
  if (tab === 'upload') {
    const file = [matter.get('picture'), matter.get('photo')].find(({ size }) => size > 0)
    matter.delete('photo')
    matter.delete('picture')
    if (file) matter.set('picture', await smaller(file), 'picture')
  }
  return matter
}

/** Upright, of a bounded size, and in a form that every server reads; what the browser cannot open is sent as it is. */
async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file)
    const factor = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(bitmap.width * factor)
    canvas.height = Math.round(bitmap.height * factor)
    canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    const type = /png|webp/.test(file.type) ? 'image/png' : 'image/jpeg'
    return (await new Promise((done) => canvas.toBlob(done, type, 0.92))) ?? file
  } catch {
    return file
  }
}

/** A refusal stands beside what it is about. */
function tell(form, refusal) {
  for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid')
  for (const place of form.querySelectorAll('.field__error')) place.hidden = true
  if (!refusal) return
  const control =
    /^mark\.(text-missing|undrawable)$/.test(refusal.code)
      ? form.querySelector('[name="text"]')
      : /^picture\./.test(refusal.code)
        ? form.querySelector('[name="picture"]')
        : null
  const place =
    (control && (control.parentElement.querySelector('.field__error') ?? form.querySelector('[data-picture-error]'))) ||
    form.querySelector('[data-form-error]')
  place.textContent = refusal.message
  place.hidden = false
  place.setAttribute('role', 'alert')
  control?.setAttribute('aria-invalid', 'true')
  control?.focus()
}
