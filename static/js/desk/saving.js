import { at } from '../at.js'
import { post, tellVersion } from './request.js'

const AFTER = 800

/** Forms with `data-save` save by themselves, one after the other; the one that sends waits until all is saved. */
export function keepSaved({ root, words }) {
  const told = root.querySelector('[data-saved]')
  const timers = new Map()
  const unsaved = new Set()
  let queue = Promise.resolve()
  let running = 0

  document.addEventListener('paraphe:version', ({ detail }) => {
    for (const field of root.querySelectorAll('input[data-version]'))
      field.value = String(Math.max(Number(field.value), detail?.version ?? 0))
  })

  const tell = (text, state) => {
    told.textContent = text
    told.className = `saved${state ? ` saved--${state}` : ''}`
  }

  /** Nothing typed is lost: once signed in again, in whatever tab, it is saved. */
  function tellSignedOut() {
    tell(`${words.signedOut} `, 'failed')
    const link = Object.assign(document.createElement('a'), { href: at('/sign-in?next=/envelopes'), target: '_blank', textContent: words.signIn })
    told.append(link)
  }
  const again = () => {
    for (const form of unsaved) void save(form)
  }
  addEventListener('focus', again)

  function save(form) {
    clearTimeout(timers.get(form))
    timers.delete(form)
    running++
    queue = queue.then(() => send(form)).finally(() => running--)
    return queue
  }

  async function send(form) {
    tell(words.saving, '')
    try {
      const { ok, body, isSignedOut } = await post(form.dataset.save || form.action, new FormData(form))
      showErrors(form, body.fields ?? {})
      unsaved[isSignedOut ? 'add' : 'delete'](form)
      if (isSignedOut) return tellSignedOut()
      if (!ok) return tell(body.message ?? words.notSaved, 'failed')
      tellVersion(body.version)
      if ('heads' in form.dataset) showTitle(form.elements.title.value)
      tell(body.saved ? words.saved.replace('{time}', body.saved) : '', 'done')
    } catch {
      tell(words.notSaved, 'failed')
    }
  }

  function showTitle(title) {
    const heading = root.querySelector('[data-title]')
    if (title.trim()) heading.textContent = title
  }

  function showErrors(form, errors) {
    for (const old of form.querySelectorAll('.field__error')) old.remove()
    for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
    for (const [name, sentence] of Object.entries(errors)) {
      const field = form.elements[name]
      if (!field?.setAttribute) continue
      field.setAttribute('aria-invalid', 'true')
      const error = document.createElement('p')
      error.className = 'field__error'
      error.textContent = sentence
      field.after(error)
    }
  }

  const savable = (target) => target.closest?.('form[data-save]')
  root.addEventListener('input', ({ target }) => {
    const form = savable(target)
    if (!form) return
    clearTimeout(timers.get(form))
    timers.set(
      form,
      setTimeout(() => void save(form), AFTER),
    )
  })
  root.addEventListener('change', ({ target }) => {
    const form = savable(target)
    if (form) void save(form)
  })

  /** Everything typed is at the server. */
  async function settle() {
    for (const form of timers.keys()) void save(form)
    await queue
  }

  root.addEventListener('submit', async (event) => {
    const form = event.target
    if (form.matches('[data-dispatch]')) {
      if (!timers.size && !running) return
      event.preventDefault()
      await settle()
      form.requestSubmit(event.submitter)
    } else if (form.matches('[data-save]')) {
      event.preventDefault()
      void save(form)
    } else if (timers.size || running) {
      event.preventDefault()
      await settle()
      form.requestSubmit(event.submitter)
    }
  })
  addEventListener('pagehide', () => {
    for (const form of timers.keys()) {
      const body = new URLSearchParams([...new FormData(form)])
      navigator.sendBeacon(form.dataset.save || form.action, body)
    }
  })
  return { settle }
}
