import { at } from '../at.js'
import { csrf, isStale, renew } from '../desk/request.js'
import { contentOf, placeOf } from './content.js'
import { fill } from './voice.js'

const AFTER = 600
/** How long after a failed try the next one follows, in milliseconds; the last one repeats. */
const AGAIN = [3_000, 6_000, 15_000, 30_000]

/**
 * Saves by itself. One request at a time, each with the version that was seen; whoever saved in between is heard before anything is written
 * over. A form of this page that is sent waits until all is saved.
 */
export function keepSaved({ root, draft, editor, shown, panel, voice, words }) {
  const [status, retry, conflict, signIn] = ['status', 'retry', 'conflict', 'sign-in'].map((name) => root.querySelector(`[data-${name}]`))
  const address = at(`/envelopes/${editor.envelopeId}/fields`)
  const clock = new Intl.DateTimeFormat(editor.lang === 'en' ? 'en-GB' : editor.lang, {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: editor.timeZone,
  })
  let { version } = editor
  /** What the server holds, as it last said. */
  let known = contentOf(editor.fields)
  /** Names that the server gave to fields made here. */
  const names = new Map(editor.fields.map(({ id }) => [id, id]))
  let saved = draft.steady
  let running = null
  let timer = 0
  let tries = 0
  let lastSaved = words.allSaved
  /** What somebody else has saved, until it is decided about. */
  let theirs = null

  const isDirty = () => draft.steady !== saved
  const nameOf = (id) => names.get(id) ?? id
  /** Conditions name other fields as the server knows them. */
  const asSent = (fields) =>
    fields.map(({ rules, ...field }) => {
      const sent = { ...rules }
      for (const which of ['show', 'require']) if (sent[which]) sent[which] = { ...sent[which], field: nameOf(sent[which].field) }
      return { ...field, id: nameOf(field.id), rules: sent }
    })
  const tell = (text, state) => {
    if (status.textContent !== text) status.textContent = text
    root.dataset.saving = state
    retry.hidden = state !== 'failed'
    signIn.hidden = true
  }
  const take = (next) => {
    version = next
    document.dispatchEvent(new CustomEvent('paraphe:version', { detail: { version } }))
  }

  function later(milliseconds) {
    clearTimeout(timer)
    timer = setTimeout(save, milliseconds)
  }

  /** Answers whether everything is saved. */
  function save() {
    clearTimeout(timer)
    if (theirs) return Promise.resolve(false)
    if (running) return running.then((went) => (went && isDirty() ? save() : went))
    if (!isDirty()) return Promise.resolve(true)
    running = send().finally(() => (running = null))
    return running
  }

  async function send() {
    const fields = draft.steady
    tell(words.saving, 'saving')
    let answer, body
    try {
      answer = await put(fields)
      body = await answer.json()
      if (isStale(answer.status, body)) {
        const how = await renew()
        if (how === 'signed-out') return signedOut()
        answer = await put(fields)
        body = await answer.json()
      }
    } catch {
      return failed(words.offline, true)
    }
    if (answer.ok) return settled(fields, body)
    if (answer.status === 409 && body.fields) return overtaken(body)
    if (answer.status === 422 && body.fieldId !== undefined) refused(body)
    return failed(body.message, answer.status >= 500 || answer.status === 429)
  }

  const put = (fields, seen = version) => {
    const body = JSON.stringify({ version: seen, fields: asSent(fields) })
    return fetch(address, {
      method: 'PUT',
      // It outlives the page, as far as browsers allow that: 64 KiB.
      keepalive: body.length < 40_000,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-csrf': csrf(),
      },
      body,
    })
  }

  /** The fields stay here; once somebody is signed in again, in whatever tab, they are saved. */
  function signedOut() {
    failed(words.signedOut, false)
    signIn.hidden = false
    return false
  }
  addEventListener('focus', () => !signIn.hidden && void save())

  function settled(fields, body) {
    tries = 0
    learnNames(fields, body.fields)
    known = contentOf(body.fields)
    saved = fields
    shown.refuse(null)
    const told = new Map(body.faults.map(({ fieldId, message }) => [fieldId, message]))
    shown.findFaulty(new Map(fields.flatMap(({ id }) => (told.has(nameOf(id)) ? [[id, told.get(nameOf(id))]] : []))))
    panel.render()
    lastSaved = fill(words.saved, { time: clock.format(new Date(body.savedAt)) })
    tell(lastSaved, 'saved')
    take(body.version)
    if (isDirty()) later(AFTER)
    return true
  }

  /** A field made here is found again by its place. */
  function learnNames(fields, stored) {
    const free = new Map()
    const used = new Set(fields.map(({ id }) => names.get(id)))
    for (const field of stored) if (!used.has(field.id)) free.set(placeOf(field), [...(free.get(placeOf(field)) ?? []), field.id])
    const there = new Set(stored.map(({ id }) => id))
    for (const field of fields) {
      if (there.has(names.get(field.id))) continue
      const id = free.get(placeOf(field))?.shift()
      if (id) names.set(field.id, id)
    }
  }

  /** Another form of this envelope raised the version, or somebody moved the fields: only the second is a question. */
  function overtaken(body) {
    if (contentOf(body.fields) === known) {
      take(body.version)
      later(0)
      return false
    }
    theirs = body
    conflict.hidden = false
    tell(fill(words.failed, { reason: body.message }), 'conflict')
    conflict.focus()
    return false
  }

  function refused({ fieldId, message }) {
    const field = draft.steady.find(({ id }) => (names.get(id) ?? id) === fieldId)
    shown.refuse(field?.id ?? null, message)
    panel.render()
  }

  function failed(reason, again) {
    tell(fill(words.failed, { reason }), 'failed')
    if (again) later(AGAIN[Math.min(tries++, AGAIN.length - 1)])
    return false
  }

  function decide(choose) {
    const body = theirs
    theirs = null
    conflict.hidden = true
    choose(body)
    root.querySelector('[data-stage]').focus({ preventScroll: true })
  }
  conflict.querySelector('[data-theirs]').addEventListener('click', () =>
    decide((body) => {
      names.clear()
      for (const { id } of body.fields) names.set(id, id)
      known = contentOf(body.fields)
      draft.replace(body.fields)
      saved = draft.steady
      take(body.version)
      lastSaved = words.allSaved
      tell(lastSaved, 'saved')
    }),
  )
  conflict.querySelector('[data-mine]').addEventListener('click', () =>
    decide((body) => {
      known = contentOf(body.fields)
      take(body.version)
      saved = null
      void save()
    }),
  )

  draft.addEventListener('meant', () => {
    if (theirs) return
    if (isDirty()) tell(words.saving, 'saving')
    else if (!running) tell(lastSaved, 'saved')
    later(AFTER)
  })
  retry.addEventListener('click', () => {
    tries = 0
    if (!isDirty()) saved = null
    void save()
  })
  addEventListener('online', () => void save())

  // What was seen by another part of the page counts here too.
  document.addEventListener('paraphe:version', ({ detail }) => {
    if (detail?.version > version) version = detail.version
  })

  // A form that is sent takes the page away, or counts on the version: first everything is saved.
  document.addEventListener(
    'submit',
    async (event) => {
      const form = event.target
      if (form.method === 'dialog' || (!isDirty() && !running)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (await settle()) form.requestSubmit(event.submitter)
      else if (theirs) {
        voice.say(words.holding)
        conflict.scrollIntoView({ block: 'center' })
      } else root.scrollIntoView({ block: 'start' })
    },
    { capture: true },
  )

  /** Saved, in two tries where only the version was old. */
  async function settle() {
    return (await save()) || (!theirs && root.dataset.saving === 'saving' && save())
  }

  // Nobody waits for an answer any more: behind one that is under way goes one that counts on it.
  addEventListener('pagehide', () => {
    if (!isDirty() || theirs) return
    if (running) void put(draft.steady, version + 1).catch(() => {})
    else void save()
  })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void save())

  return { save, isDirty }
}
