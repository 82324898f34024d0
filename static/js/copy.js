// Copies a field that can only be read. Where the browser lets no page write the clipboard (plain http), the field is selected instead.
for (const button of document.querySelectorAll('button[data-copy]')) {
  const field = document.getElementById(button.dataset.copy)
  const words = button.textContent
  button.hidden = false
  field.addEventListener('focus', () => field.select())
  button.addEventListener('click', async () => {
    field.focus()
    field.select()
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(field.value)
      else if (!document.execCommand('copy')) return
    } catch {
      return
    }
    button.textContent = button.dataset.copied
    button.focus()
    setTimeout(() => (button.textContent = words), 2_000)
  })
}
