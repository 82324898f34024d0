import { csrf, tellVersion } from './request.js'

const fill = (sentence, params) => sentence.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole)
const PASSWORD = /^document\.password-(needed|wrong)$/

/** Files go up one after the other, each with its progress; pictures chosen together go together and become one document. */
export function letUpload({ root, words, fresh, reload }) {
  const form = root.querySelector('[data-drop]')
  const input = form.querySelector('input[type="file"]')
  const list = form.querySelector('[data-uploads]')
  const { largest, megabytes } = form.dataset
  form.querySelector('[data-drop-text]').hidden = false
  let queue = Promise.resolve()
  let under = 0
  let hasAdded = false
  const kept = `paraphe:refused:${form.action}`

  input.addEventListener('change', () => {
    take([...input.files])
    input.value = ''
  })
  let depth = 0
  const over = (step) => form.classList.toggle('is-over', (depth = Math.max(0, depth + step)) > 0)
  const hasFiles = (event) => event.dataTransfer?.types.includes('Files')
  // Anywhere on the page: a file dropped beside the zone would otherwise replace it.
  addEventListener('dragenter', (event) => hasFiles(event) && (event.preventDefault(), over(1)))
  addEventListener('dragleave', (event) => hasFiles(event) && over(-1))
  addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault())
  addEventListener('drop', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    over(-depth)
    take([...event.dataTransfer.files])
  })

  function take(files) {
    // One that is empty is told by its name; it keeps no picture from the others.
    const pictures = files.filter(({ type, size }) => size && /^image\//.test(type))
    const rest = files.filter((file) => !pictures.includes(file)).map((file) => [file])
    for (const sheaf of pictures.length ? [...rest, pictures] : rest) add(sheaf)
  }

  function add(files) {
    const row = document.createElement('li')
    row.className = 'upload'
    list.append(row)
    const name = files.map((file) => file.name).join(', ')
    if (files.reduce((sum, file) => sum + file.size, 0) > Number(largest)) return refused(row, fill(words.tooLarge, { name, megabytes }))
    return enqueue(row, files, name)
  }

  function enqueue(row, files, name, password = '') {
    under++
    queue = queue.then(() => send(row, files, name, password)).finally(() => (under--, finish()))
  }

  function send(row, files, name, password) {
    const text = document.createElement('span')
    const bar = document.createElement('progress')
    bar.className = 'upload__bar'
    bar.max = 1
    bar.setAttribute('aria-label', name)
    delete row.dataset.refused
    row.replaceChildren(text, bar)
    text.textContent = fill(words.uploading, { name, percent: 0 })
    const body = new FormData()
    for (const file of files) body.append('files', file)
    if (password) body.append('password', password)
    const request = new XMLHttpRequest()
    request.open('POST', form.action)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('x-csrf', csrf())
    request.responseType = 'json'
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = loaded / total
      text.textContent = fill(words.uploading, { name, percent: Math.round((loaded / total) * 100) })
    })
    request.upload.addEventListener('load', () => {
      bar.removeAttribute('value')
      text.textContent = fill(words.reading, { name })
    })
    return new Promise((done) => {
      request.addEventListener('loadend', () => {
        const answer = request.response
        if (request.status === 200 && answer?.ok) {
          row.remove()
          hasAdded = true
          tellVersion(answer.version)
        } else if (PASSWORD.test(answer?.code)) askPassword(row, files, name, answer.message)
        else refused(row, answer?.message ?? fill(words.failed, { name }))
        done()
      })
      request.send(body)
    })
  }

  function refused(row, sentence) {
    row.dataset.refused = sentence
    row.replaceChildren(errorOf(sentence), button(words.dismiss, () => row.remove()))
  }

  /** The file stays here; only its password is asked for. */
  function askPassword(row, files, name, sentence) {
    const line = document.createElement('div')
    line.className = 'inline'
    const field = document.createElement('input')
    field.className = 'input'
    field.type = 'password'
    field.autocomplete = 'off'
    field.setAttribute('aria-label', fill(words.passwordFor, { name }))
    const open = button(words.unlock, () => field.value && enqueue(row, files, name, field.value))
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return
      event.preventDefault()
      open.click()
    })
    line.append(field, open, dismissal(row))
    row.replaceChildren(errorOf(sentence), line)
    field.focus()
  }

  const errorOf = (sentence) => {
    const error = document.createElement('p')
    error.className = 'field__error'
    error.textContent = sentence
    return error
  }
  function button(name, act) {
    const made = document.createElement('button')
    made.type = 'button'
    made.className = 'button button--small'
    made.textContent = name
    made.addEventListener('click', act)
    return made
  }
  const dismissal = (row) =>
    button(words.dismiss, () => {
      row.remove()
      finish()
    })

  /**
   * What was added is shown with the whole page, its editor too, and what was refused goes along as a sentence. Only a file that waits for its
   * password would be lost: until it is opened or left out, the parts that follow the documents are read anew.
   */
  function finish() {
    if (under || !hasAdded) return
    const refusals = [...list.children].flatMap(({ dataset }) => dataset.refused ?? [])
    if (refusals.length < list.children.length) return void fresh(['rail', 'look', 'documents', 'heading', 'editor'])
    if (refusals.length) sessionStorage.setItem(kept, JSON.stringify(refusals))
    void reload('documents')
  }

  /** What was refused before the page was read anew is still told. */
  for (const sentence of JSON.parse(sessionStorage.getItem(kept) ?? '[]')) {
    const row = document.createElement('li')
    row.className = 'upload'
    list.append(row)
    refused(row, sentence)
  }
  sessionStorage.removeItem(kept)
}
