/** `{name}` becomes the value of that name. */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)

/** What is said about fields, to the eye and to a screen reader. */
export function createVoice({ region, words, recipients, documents, kindNames, lang }) {
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
    about(sentence, field) {
      const { x, y, width, height } = field
      const values = Object.fromEntries(Object.entries({ x, y, width, height }).map(([name, value]) => [name, number.format(value)]))
      this.say(sentence, { field: told(field), ...values })
    },
  }
}
