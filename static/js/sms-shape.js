// Choosing a provider fills the fields with the shape of its requests; without this, a button asks the server for them.
const asking = document.querySelector('form[data-presets]')
const form = document.querySelector('form[data-sms]')
if (asking && form) {
  const presets = JSON.parse(asking.dataset.presets)
  asking.querySelector('button').hidden = true
  asking.elements.preset.addEventListener('change', ({ target }) => {
    form.elements.preset.value = target.value
    for (const [name, value] of Object.entries(presets[target.value] ?? {})) form.elements[name].value = value
  })
}
