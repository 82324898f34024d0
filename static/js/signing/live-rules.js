import { formatOf, isFault, isNumeric, readEntry, showEntry, statesOf, typedEntry } from '../field-rules.js'

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)

/** What the rules of the fields say at once; the server says it again of what it is sent. */
export function followRules({ form, places, refuse }) {
  const { language, fields, known } = JSON.parse(form.dataset.rules)
  const sentences = JSON.parse(form.dataset.sentences)
  const voice = form.querySelector('[data-voice]')
  const formats = new Map(fields.map((field) => [field.id, formatOf(field)]))
  const byId = new Map(places.all.map((place) => [place.id, place]))
  const told = ({ reason, params }) => fill(sentences[reason] ?? sentences['entry.pattern'], params)
  /** A form that is judged as a whole: half of it is no mistake yet. */
  const isWhole = (place) => formats.get(place.id) != null

  /** In the form in which it is stored; nothing where it is not right yet. */
  function stored(id) {
    const place = byId.get(id)
    if (!place) return known[id] ?? ''
    if (place.file) return 'attached' in place.file.dataset ? id : ''
    if (place.mark) return place.mark.querySelector('img') ? id : ''
    if (!place.control) return ''
    const typed = places.valueOf(place).trim()
    const format = formats.get(id)
    if (!typed || !format) return typed
    const entry = readEntry(format, typed, language)
    return isFault(entry) ? '' : entry.value
  }

  function apply(isFirst = false) {
    const states = statesOf(fields, stored, language)
    const [now, no] = [[], []]
    for (const place of places.all) {
      const state = states.get(place.id)
      if (!state) continue
      const { element } = place
      if (element.hidden === state.shown) {
        element.hidden = !state.shown
        const names = state.shown ? now : no
        if (!names.includes(place.question)) names.push(place.question)
        if (!state.shown) refuse(place, '')
      }
      if (place.result) showResult(place, state)
      else if (!place.isFixed && place.kind !== 'signature') require(place, state.required)
    }
    if (isFirst || (!now.length && !no.length)) return
    const say = [now.length && fill(form.dataset.asked, { names: now.join(', ') }), no.length && fill(form.dataset.notAsked, { names: no.join(', ') })]
    voice.textContent = say.filter(Boolean).join('. ')
  }

  function showResult(place, { value, fault }) {
    place.result.textContent = showEntry(formats.get(place.id), value, language)
    refuse(place, fault ? told(fault) : '')
  }

  function require(place, isRequired) {
    place.isRequired = isRequired
    place.element.toggleAttribute('data-required', isRequired)
    if (place.control && place.kind !== 'radio') place.control.setAttribute('aria-required', String(isRequired))
  }

  return {
    apply,
    isWhole,
    /** When a control is left: a mistake is told at once, and what is right is shown as a reader writes it. Answers whether it may be saved. */
    settle(place) {
      const format = formats.get(place.id)
      const typed = place.control.value.trim()
      if (!format || !typed) return true
      const entry = readEntry(format, typed, language)
      refuse(place, isFault(entry) ? told(entry) : '')
      if (isFault(entry)) return false
      if (isNumeric(format) || format.type === 'iban') place.control.value = typedEntry(format, entry.value, language)
      return true
    },
  }
}
