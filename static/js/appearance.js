// The examples take on the colour as it is chosen; what is kept, and whether it can be read, the server decides.
const picker = document.querySelector('[data-colour-for]')
const field = document.getElementById(picker.dataset.colourFor)
const show = () => {
  if (!/^#?[0-9a-f]{6}$/i.test(field.value.trim())) return
  const colour = `#${field.value.trim().replace('#', '').toLowerCase()}`
  picker.value = colour
  for (const look of document.querySelectorAll('.looks__one')) look.style.setProperty('--accent', colour)
}
picker.hidden = false
picker.addEventListener('input', () => {
  field.value = picker.value
  show()
})
field.addEventListener('input', show)
