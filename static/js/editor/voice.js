/** `{name}` becomes the value of that name. */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)

/** What is said about fields, to the eye and to a screen reader. */
export function createVoice({ region, notice, words, recipients, documents, kindNames, lang }) {
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 })
  const nameOf = (id) => recipients.find((recipient) => recipient.id === id)?.name

  /** “Signature for Marie Dupont, page 2”. */
  const told = (field) => {
    const name = nameOf(field.recipientId)
    let text = fill(name ? words.field : words.fieldNobody, { kind: kindNames[field.kind], name, page: field.page + 1 })
    if (documents.length > 1)
      text = fill(words.inDocument, { field: text, title: documents.find(({ id }) => id === field.documentId)?.title ?? '' })
    return field.label ? fill(words.named, { field: text, label: field.label }) : text
  }
  let waiting = 0
  let shownFor = 0
  return {
    told,
    nameOf,
    number: (value) => number.format(value),
    say(sentence, values = {}) {
      // The same sentence twice is said twice.
      clearTimeout(waiting)
      region.textContent = ''
      waiting = setTimeout(() => (region.textContent = fill(sentence, values)), 40)
    },
    /** Said, and shown to the eye for a while: what could not be done. */
    tell(sentence) {
      this.say(sentence)
      notice.textContent = sentence
      notice.hidden = false
      clearTimeout(shownFor)
      shownFor = setTimeout(() => (notice.hidden = true), 8_000)
    },
    about(sentence, field) {
      const { x, y, width, height } = field
      const values = Object.fromEntries(Object.entries({ x, y, width, height }).map(([name, value]) => [name, number.format(value)]))
      this.say(sentence, { field: told(field), ...values })
    },
  }
}
