// A file dropped anywhere on the page is chosen and sent, as if its button had been pressed.
const form = document.querySelector('form[data-drop-file]')
const input = form?.querySelector('input[type="file"]')
const state = form?.querySelector('[data-drop-state]')

const send = () => {
  if (!input.files.length) return
  state.textContent = form.dataset.checking.replace('{name}', input.files[0].name)
  form.requestSubmit()
}
if (input) {
  let depth = 0
  const isFile = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files')
  const mark = (change) => {
    depth = Math.max(0, depth + change)
    form.classList.toggle('drop-file--over', depth > 0)
  }
  addEventListener('dragenter', (event) => isFile(event) && mark(1))
  addEventListener('dragleave', (event) => isFile(event) && mark(-1))
  addEventListener('dragover', (event) => isFile(event) && event.preventDefault())
  addEventListener('drop', (event) => {
    if (!isFile(event)) return
    event.preventDefault()
    mark(-depth)
    input.files = event.dataTransfer.files
    send()
  })
}
