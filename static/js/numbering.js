// The next number as it would stand in a document, while its form is filled in; without this, once it is saved.
const form = document.querySelector('form[data-numbering]')
if (form) {
  const sample = form.querySelector('[data-sample]')
  const { prefix, digits, perYear, next } = form.elements
  const given = { text: sample.textContent.trim(), as: null }
  const typed = () => JSON.stringify([prefix.value, digits.value, perYear.checked, next.value])
  given.as = typed()
  const show = () => {
    // What came back goes out first: until something is changed, the server's word stands.
    sample.value =
      given.text && given.as === typed()
        ? given.text
        : `${prefix.value.trim()}${perYear.checked ? `${form.dataset.numbering}-` : ''}${next.value.trim().padStart(Number(digits.value), '0')}`
  }
  form.addEventListener('input', show)
  show()
}
